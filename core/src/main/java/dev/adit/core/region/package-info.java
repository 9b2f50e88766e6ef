/// Which DERP regions a client uses: its home, and the connections to others.
///
/// - Lives here: the choice of the home region with its hysteresis, what is kept of measurements,
///   reverse routes, which connections are open. Elsewhere: one connection (`dev.adit.core.derp`),
///   measuring (`dev.adit.derp`), the map (`dev.adit.wire.derp`).
/// - Pure: no sockets, clocks or threads.
/// - Start with [HomeChoice] and [RegionRoutes], then their tests.
@NullMarked
package dev.adit.core.region;

import org.jspecify.annotations.NullMarked;
