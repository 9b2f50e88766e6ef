/// What spans modules: architecture rules, end-to-end scenarios in the NAT lab.
@NullMarked
package dev.adit.systemtests;

import org.jspecify.annotations.NullMarked;
