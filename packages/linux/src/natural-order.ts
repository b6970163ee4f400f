/**
 * Orders names as people do, with numbers by their value: eth.2 before eth.10. Addresses of PCI devices are hexadecimal,
 * and as such decimal numbers have the same order, so every number is taken as one. Quick, as it is asked of thousands.
 */
export function naturalOrder(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  // Back to where a number begins that they have a part of in common.
  let start = at;
  for (let i = at - 1; i >= 0 && isHexadecimal(a.charCodeAt(i)); i--) if (isDigit(a.charCodeAt(i))) start = i;
  if (isDigit(a.charCodeAt(start)) && isDigit(b.charCodeAt(start))) {
    const difference = numberOrder(a, b, start);
    if (difference !== 0) return difference;
  }
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Of the numbers that begin there. No two are the same that are written otherwise: 1 comes before 01. */
function numberOrder(a: string, b: string, from: number): number {
  const [endOfA, endOfB] = [endOfNumber(a, from), endOfNumber(b, from)];
  let [i, j] = [from, from];
  while (a.charCodeAt(i) === 48) i++;
  while (b.charCodeAt(j) === 48) j++;
  const longer = endOfA - i - (endOfB - j);
  if (longer !== 0) return longer;
  for (; i < endOfA; i++, j++) {
    const greater = a.charCodeAt(i) - b.charCodeAt(j);
    if (greater !== 0) return greater;
  }
  return endOfA - endOfB;
}

/** It begins with a digit, and may have letters then. */
function endOfNumber(text: string, from: number): number {
  let end = from;
  while (isHexadecimal(text.charCodeAt(end))) end++;
  return end;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isHexadecimal(code: number): boolean {
  return isDigit(code) || (code >= 97 && code <= 102);
}
