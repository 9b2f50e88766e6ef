package dev.adit.systemtests.interop;

/// What a server says of itself, by `derper`'s name and by ours.
enum Gauge {
  CONNECTIONS("derp_current_connections", "adit_derp_connections"),
  HOME("derp_current_home_connections", "adit_derp_connections_home"),
  FORWARDED_OUT("derp_packets_forwarded_out", "adit_derp_packets_forwarded_out_total"),
  FORWARDED_IN("derp_packets_forwarded_in", "adit_derp_packets_forwarded_in_total");

  final String derpers;
  final String ours;

  Gauge(String derpers, String ours) {
    this.derpers = derpers;
    this.ours = ours;
  }
}
