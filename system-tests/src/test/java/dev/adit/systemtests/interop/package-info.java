/// Programs of ours and of others as processes, against each other.
@NullMarked
package dev.adit.systemtests.interop;

import org.jspecify.annotations.NullMarked;
