/// The administration API, `/api/v1` (control §9): small JSON over HTTP, described by the OpenAPI
/// document it serves.
///
/// - Lives here: resources, their JSON, who may call. Elsewhere: what a command does
///   (`dev.adit.coordinator.store`), HTTP itself (`dev.adit.net`).
/// - Start with [dev.adit.coordinator.api.Api].
@NullMarked
package dev.adit.coordinator.api;

import org.jspecify.annotations.NullMarked;
