const KERNEL_LOG =
  /^(WARNING:|sysfs: cannot|kobject|Error: Driver|auxiliary|BUG:|Oops:|general protection fault|kernel BUG at|list_(add|del) corruption|Kernel panic|refcount_t|INFO: task .* blocked|watchdog: BUG:)/;

/** Whether the line is the kernel's log, which nobody else's has to be equal to. */
export function isKernelLog(line: string): boolean {
  return KERNEL_LOG.test(line);
}

/** The lines of a recorded trace that count: without the kernel's log, framing and empty lines. */
export function traceLines(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line !== "" && !line.startsWith("=== ") && !isKernelLog(line));
}
