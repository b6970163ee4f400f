// What a round trip to a process costs with nothing around it.
process.on("message", (value) => process.send?.(value));
