export function init() {
  process.exit(4);
}
