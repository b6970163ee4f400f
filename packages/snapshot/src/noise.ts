/** Files whose values change by themselves while nothing happens: times, counters, measurements. By path. */
const NOISE: readonly RegExp[] = [
  // What says again what the lists say.
  /\/(uevent|drivers_autoprobe|refcnt)$/,
  // Counters of every device and of runtime PM, which sends to sleep what is not used for a moment.
  /\/power\/(runtime_(active_time|suspended_time|usage|active_kids|status)|wakeup_.+|(connected|active)_duration)$/,
  /\/wakeup\d+\/(\w+_count|\w+_time_ms|last_change_ms)$/,
  /\/power_state$/,
  /\/(statistics|counters|hw_counters|stats)\//,
  /\/(usage_count|uptime|dev_cor_err_count|random|seconds_since_reset|trans_stat)$/,
  /\/(\w+_)?(active|idle|suspended|busy|total|run|wait)_time(_ms|_us|_ns)?$/,
  // Network.
  /\/carrier_(changes|up_count|down_count)$/,
  /\/byte_queue_limits\/(inflight|limit|stall_\w+)$/,
  // Disks.
  /\/block\/(.+\/)?(stat|inflight|diskseq)$/,
  /\/zram\d+\/\w+_stat$/,
  /\/md\/(sync_completed|sync_speed|mismatch_cnt)$/,
  /\/(io(request|done|err|tmo)_cnt|device_busy|host_busy)$/,
  /\/iscsi_connection\/[^/]+\/(exp_)?statsn$/,
  // USB, clocks, LEDs that blink.
  /\/urbnum$/,
  /\/rtc\d+\/(since_epoch|time|date)$/,
  /\/pps\d+\/(assert|clear)$/,
  /\/watchdog\d+\/timeleft$/,
  /\/leds\/[^/]+\/brightness$/,
  // Processors and memory.
  /\/(cpufreq|policy\d+)\/(\w+_cur_freq|\w+_avg_freq)$/,
  /\/cpuidle\/(.+\/)?(time|usage|above|below|rejected)$/,
  /\/acpi_cppc\/feedback_ctrs$/,
  /\/thermal_throttle\//,
  /\/node\d+\/(meminfo|numastat|vmstat)$/,
  /\/hugepages-\w+\/(free|resv|surplus)_hugepages$/,
  /\/devfreq\/[^/]+\/cur_freq$/,
  /\/(gpu_busy_percent|mem_busy_percent|mem_info_\w+_used|gt_(cur|act)_freq_mhz|rc6_residency_ms)$/,
  // Sensors, batteries.
  /\/hwmon\d*\/.*_(input|average|lowest|highest|rms)$/,
  /\/thermal_zone\d+\/temp$/,
  /\/cooling_device\d+\/cur_state$/,
  /\/power_supply\/[^/]+\/(\w+_(now|avg|ocv)|capacity(_level)?|temp(_\w+)?|time_to_\w+)$/,
  /\/energy_uj$/,
  /\/iio:device\d+\/in_\w+_(raw|input)$/,
];

/** Whether a file changes by itself. @param path below `/sys` */
export function isNoise(path: string): boolean {
  return NOISE.some((noise) => noise.test(path));
}
