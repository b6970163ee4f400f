/** The lines of a text that comes in pieces; what is behind the last newline is no line. */
export async function* readLines(pieces: AsyncIterable<string>): AsyncGenerator<string, void> {
  let rest = "";
  for await (const piece of pieces) {
    const [first = "", ...more] = piece.split("\n");
    rest += first;
    for (const line of more) {
      yield rest;
      rest = line;
    }
  }
}
