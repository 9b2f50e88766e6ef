package dev.adit.systemtests.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.NullMarked;

/// The architecture as rules. Every exception stands here with its reason.
final class Rules {
  private static final String ALL = "dev.adit..";
  private static final String[] PURE = {"dev.adit.crypto..", "dev.adit.wire..", "dev.adit.core.."};
  private static final List<String> PROGRAMS =
      List.of("relay", "coordinator", "agent", "discovery");

  private Rules() {}

  // --- arrows between modules

  static ArchRule cryptoKnowsNoOther() {
    return onlyUses("crypto", "crypto");
  }

  static ArchRule wireKnowsCrypto() {
    return onlyUses("wire", "wire", "crypto");
  }

  /// With the next rule: `core` and `net` are strangers, a program joins them.
  static ArchRule coreKnowsWire() {
    return onlyUses("core", "core", "wire", "crypto");
  }

  static ArchRule netKnowsWire() {
    return onlyUses("net", "net", "wire", "crypto");
  }

  /// A library for programs, ours and others': it joins `core` to `net` as they do.
  static ArchRule derpKnowsNoProgram() {
    return onlyUses("derp", "derp", "core", "net", "wire", "crypto");
  }

  static ArchRule programsAreStrangers() {
    return classes()
        .that(
            resideInAnyPackage(
                PROGRAMS.stream().map(p -> "dev.adit." + p + "..").toArray(String[]::new)))
        .should(
            new ArchCondition<>("use no other program, nor the command line") {
              @Override
              public void check(JavaClass program, ConditionEvents events) {
                String own = module(program);
                for (var dependency : program.getDirectDependenciesFromSelf()) {
                  String other = module(dependency.getTargetClass());
                  boolean foreign =
                      (PROGRAMS.contains(other) || other.equals("cli")) && !other.equals(own);
                  if (foreign) {
                    events.add(SimpleConditionEvent.violated(program, dependency.getDescription()));
                  }
                }
              }
            })
        .because("programs meet over the network, or through interfaces of core");
  }

  static ArchRule testkitKnowsWire() {
    return onlyUses("testkit", "testkit", "wire", "crypto");
  }

  static ArchRule protocolsAreStrangers() {
    return slices().matching("dev.adit.wire.(*)..").should().notDependOnEachOther();
  }

  static ArchRule coreHasNoCycle() {
    return slices().matching("dev.adit.core.(*)..").should().beFreeOfCycles();
  }

  // --- pure modules

  static ArchRule pureModulesDoNoInputOrOutput() {
    return noClasses()
        .that()
        .resideInAnyPackage(PURE)
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(
                "java.net..", "java.io..", "java.nio.channels..", "java.nio.file.."));
  }

  static ArchRule pureModulesStartNoThreads() {
    return noClasses()
        .that()
        .resideInAnyPackage(PURE)
        .should()
        .dependOnClassesThat(
            resideInAnyPackage("java.util.concurrent..")
                .or(describe("Thread", type -> type.getFullName().equals("java.lang.Thread"))));
  }

  static ArchRule pureModulesDoNotLog() {
    return noClasses()
        .that()
        .resideInAnyPackage(PURE)
        .should()
        .dependOnClassesThat(
            resideInAnyPackage("org.slf4j..", "java.util.logging..", "ch.qos.logback.."));
  }

  static ArchRule pureModulesGetTheirRandomness() {
    return noClasses()
        .that()
        .resideInAnyPackage(PURE)
        .should()
        .callCodeUnitWhere(
            describe(
                "it draws unseeded randomness",
                call -> {
                  String owner = call.getTargetOwner().getFullName();
                  String name = call.getTarget().getName();
                  return owner.equals("java.security.SecureRandom")
                      || owner.equals("java.util.concurrent.ThreadLocalRandom")
                      || (owner.equals("java.lang.Math") && name.equals("random"))
                      || (owner.equals("java.util.UUID") && name.equals("randomUUID"))
                      || (owner.equals("java.util.random.RandomGenerator")
                          && name.equals("getDefault"))
                      || (owner.equals("java.util.Random")
                          && name.equals("<init>")
                          && call.getTarget().getParameterTypes().isEmpty());
                }));
  }

  // --- what only one module may do

  static ArchRule onlyNetReadsTheClock() {
    return noClasses()
        .that(resideInAnyPackage(ALL).and(resideOutsideOfPackages("dev.adit.net..")))
        .should()
        .callCodeUnitWhere(
            describe(
                "it reads the clock",
                call -> {
                  String owner = call.getTargetOwner().getFullName();
                  String name = call.getTarget().getName();
                  return (owner.equals("java.lang.System")
                          && Set.of("nanoTime", "currentTimeMillis").contains(name))
                      || (owner.startsWith("java.time.") && name.equals("now"))
                      || (owner.equals("java.time.Clock") && name.startsWith("system"))
                      || (owner.equals("java.util.Date") && name.equals("<init>"));
                }));
  }

  static ArchRule onlyNetMakesNativeCalls() {
    return noClasses()
        .that(resideInAnyPackage(ALL).and(resideOutsideOfPackages("dev.adit.net..")))
        .should()
        .dependOnClassesThat(
            describe(
                "reach native code",
                type ->
                    Set.of("java.lang.foreign.Linker", "java.lang.foreign.SymbolLookup")
                        .contains(type.getFullName())))
        .orShould()
        .callCodeUnitWhere(
            describe(
                "it reinterprets memory",
                call -> call.getTarget().getName().equals("reinterpret")));
  }

  /// TLS lives in `net`: it may hold certificates and key stores, but runs no algorithm itself.
  /// `SecureRandom` is a source of bytes that programs pass in, not an algorithm.
  static ArchRule onlyCryptoUsesProviders() {
    return noClasses()
        .that(resideInAnyPackage(ALL).and(resideOutsideOfPackages("dev.adit.crypto..")))
        .should()
        .dependOnClassesThat(
            resideInAnyPackage("javax.crypto..", "org.bouncycastle..", "java.security.interfaces..")
                .or(
                    describe(
                        "run cryptographic algorithms",
                        type ->
                            Set.of(
                                    "java.security.MessageDigest",
                                    "java.security.Signature",
                                    "java.security.KeyPairGenerator",
                                    "java.security.KeyFactory")
                                .contains(type.getFullName()))));
  }

  static ArchRule onlyNetHoldsBuffers() {
    return noClasses()
        .that(resideInAnyPackage(ALL).and(resideOutsideOfPackages("dev.adit.net..")))
        .should()
        .dependOnClassesThat(
            resideInAnyPackage("io.netty..")
                .or(
                    describe(
                        "ByteBuffer", type -> type.getFullName().equals("java.nio.ByteBuffer"))));
  }

  static ArchRule everyPackageIsNullMarked() {
    return classes()
        .that()
        .resideInAPackage(ALL)
        .should(
            new ArchCondition<>("reside in a package marked @NullMarked") {
              @Override
              public void check(JavaClass type, ConditionEvents events) {
                if (!type.getPackage().isAnnotatedWith(NullMarked.class)) {
                  events.add(
                      SimpleConditionEvent.violated(
                          type, type.getPackageName() + " is not @NullMarked"));
                }
              }
            });
  }

  private static ArchRule onlyUses(String module, String... allowed) {
    return classes()
        .that()
        .resideInAPackage("dev.adit." + module + "..")
        .should(
            new ArchCondition<>("use only " + String.join(", ", allowed) + " of our modules") {
              @Override
              public void check(JavaClass type, ConditionEvents events) {
                for (var dependency : type.getDirectDependenciesFromSelf()) {
                  String other = module(dependency.getTargetClass());
                  if (!other.isEmpty() && !List.of(allowed).contains(other)) {
                    events.add(SimpleConditionEvent.violated(type, dependency.getDescription()));
                  }
                }
              }
            });
  }

  /// The word after `dev.adit.`; empty for classes that are not ours.
  private static String module(JavaClass type) {
    String name = type.getPackageName();
    if (!name.startsWith("dev.adit.")) {
      return "";
    }
    int end = name.indexOf('.', "dev.adit.".length());
    return name.substring("dev.adit.".length(), end < 0 ? name.length() : end);
  }
}
