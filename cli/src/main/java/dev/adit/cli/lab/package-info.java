/// The NAT lab: hosts behind NATs or firewalls on this one machine, out of network namespaces.
/// `adit demo` and the system tests run in it.
///
/// ```
///             P-srv        public server
///               |
///             P-inet       core router: counts what passes between the sites, and can block it
///            /      \
///        P-lgw      P-rgw  NATs or firewalls
///          |          |
///         P-l        P-r   the two hosts
/// ```
///
/// - Lives here: building, disturbing, measuring and removing a lab. The script `natlab.sh` beside
///   these classes (in resources) does what needs root and `ip`. For an ordinary user all of it
///   runs in [OwnNamespaces].
/// - Start with [Lab].
@NullMarked
package dev.adit.cli.lab;

import org.jspecify.annotations.NullMarked;
