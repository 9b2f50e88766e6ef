/// Decisions, one state machine per package. Pure.
module dev.adit.core {
  requires transitive dev.adit.wire;
  requires static org.jspecify;

  exports dev.adit.core.admission;
  exports dev.adit.core.certificates;
  exports dev.adit.core.control;
  exports dev.adit.core.coordinator;
  exports dev.adit.core.derp;
  exports dev.adit.core.helper;
  exports dev.adit.core.limit;
  exports dev.adit.core.netcheck;
  exports dev.adit.core.path;
  exports dev.adit.core.region;
  exports dev.adit.core.stun;
}
