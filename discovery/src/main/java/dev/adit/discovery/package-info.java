/// Program: DNS-SD discovery. Its room is kept; nothing lives here yet.
@NullMarked
package dev.adit.discovery;

import org.jspecify.annotations.NullMarked;
