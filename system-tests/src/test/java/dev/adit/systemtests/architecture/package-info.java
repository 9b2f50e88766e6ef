/// The rules that hold the structure together, and for each a class that breaks it.
///
/// - Start with [ArchitectureTest]. The breaking classes stand in the packages whose rule they
///   break, in folders called `broken`; they are never part of the product.
@NullMarked
package dev.adit.systemtests.architecture;

import org.jspecify.annotations.NullMarked;
