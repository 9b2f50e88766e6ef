package dev.adit.systemtests.lab;

import static dev.adit.systemtests.lab.ErrorCase.when;

import java.util.List;

/// What can go wrong with `adit demo`, row by row.
final class DemoErrors {
  private DemoErrors() {}

  static final List<ErrorCase> ALL =
      List.of(
          when("demo: no such row", attempt -> attempt.fails("l", "demo", "--rows", "sym")),
          when("demo: no such site", attempt -> attempt.fails("l", "demo", "--rows", "sym:cone")),
          when(
              "demo: same LAN on the left",
              attempt -> attempt.fails("l", "demo", "--rows", "same:sym")),
          when(
              "demo: IPv4 opposite IPv6",
              attempt -> attempt.fails("l", "demo", "--rows", "sym-sym,sym:fw+v6")));
}
