/// When a certificate is ordered anew from the authority that issues it.
///
/// - Lives here: renewal before the end, waiting after a refusal. Elsewhere: the orders themselves
///   (`dev.adit.net.certificates`), the loop that joins both (`dev.adit.cli.certificates`).
/// - Start with [RenewalPlan], then `RenewalPlanTest`.
@NullMarked
package dev.adit.core.certificates;

import org.jspecify.annotations.NullMarked;
