package dev.adit.cli.launch;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/// Makes one jar of all, one that starts fast. Every look for a class that is not there, which
/// picocli begins with, opens every jar of a class path: 40 ms with 35 of them. Classes of Java 5
/// get the stack maps of Java 8. Signatures are left out, which would be checked at every start and
/// keep their classes out of archives (measured: the first Ed25519 signature checked after 79 ms
/// instead of 270). Of classes for several versions of Java the newest stays; lists of services are
/// joined.
///
/// Class-data archives leave out what was checked by the old verifier, and that is every class
/// without stack maps; picocli is made of nothing else. Measured: `adit --version` takes 200 ms
/// with picocli as it comes and 90 ms with the copy. Nothing but stack maps and version is changed.
///
/// Arguments: the new jar, then the jars to join; what several have is taken from the first.
final class OneJar {
  private static final int JAVA_8 = 52;
  private static final String SERVICES = "META-INF/services/";
  private static final String VERSIONS = "META-INF/versions/";

  private OneJar() {}

  public static void main(String[] arguments) throws IOException {
    List<String> jars = List.of(arguments).subList(1, arguments.length);
    Set<String> written = new HashSet<>();
    Map<String, String> services = new TreeMap<>();
    try (OutputStream file = Files.newOutputStream(Path.of(arguments[0]));
        ZipOutputStream out = new ZipOutputStream(file)) {
      out.setLevel(Deflater.BEST_SPEED);
      for (String name : jars) {
        try (ZipFile jar = new ZipFile(name)) {
          copy(jar, out, written, services);
        }
      }
      for (Map.Entry<String, String> service : services.entrySet()) {
        write(out, service.getKey(), service.getValue().getBytes(StandardCharsets.UTF_8));
      }
    }
  }

  private static void copy(
      ZipFile jar, ZipOutputStream out, Set<String> written, Map<String, String> services)
      throws IOException {
    ClassFile classes = classFile(jar);
    for (Map.Entry<String, ZipEntry> newest : newest(jar).entrySet()) {
      String name = newest.getKey();
      byte[] bytes = read(jar, newest.getValue());
      if (name.startsWith(SERVICES) && !name.equals(SERVICES)) {
        services.merge(name, new String(bytes, StandardCharsets.UTF_8), OneJar::lines);
      } else if (written.add(name)) {
        write(out, name, name.endsWith(".class") ? modern(classes, bytes) : bytes);
      }
    }
  }

  private static String lines(String before, String after) {
    return before.endsWith("\n") ? before + after : before + "\n" + after;
  }

  private static void write(ZipOutputStream out, String name, byte[] bytes) throws IOException {
    ZipEntry entry = new ZipEntry(name);
    entry.setLastModifiedTime(FileTime.fromMillis(0));
    out.putNextEntry(entry);
    out.write(bytes);
    out.closeEntry();
  }

  /// The entries worth copying by the names they shall have; folders too, by which Flyway finds the
  /// migrations.
  private static Map<String, ZipEntry> newest(ZipFile jar) {
    Map<String, ZipEntry> newest = new TreeMap<>();
    Map<String, Integer> versions = new HashMap<>();
    for (Enumeration<? extends ZipEntry> all = jar.entries(); all.hasMoreElements(); ) {
      ZipEntry entry = all.nextElement();
      String name = entry.getName();
      int version = 0;
      if (name.startsWith(VERSIONS)) {
        int end = name.indexOf('/', VERSIONS.length());
        version = end < 0 ? 0 : Integer.parseInt(name.substring(VERSIONS.length(), end));
        name = name.substring(end + 1);
      }
      boolean wanted =
          !name.isEmpty()
              && !name.equals("META-INF/MANIFEST.MF")
              && !name.endsWith("module-info.class")
              && !isSignature(name)
              && version <= Runtime.version().feature();
      if (wanted && version >= versions.getOrDefault(name, -1)) {
        newest.put(name, entry);
        versions.put(name, version);
      }
    }
    return newest;
  }

  private static boolean isSignature(String name) {
    return name.startsWith("META-INF/")
        && (name.endsWith(".SF")
            || name.endsWith(".RSA")
            || name.endsWith(".DSA")
            || name.endsWith(".EC"));
  }

  private static byte[] modern(ClassFile classes, byte[] bytes) {
    ClassModel model = classes.parse(bytes);
    if (model.majorVersion() >= JAVA_8) {
      return bytes;
    }
    ClassTransform version =
        (builder, element) -> {
          if (element instanceof ClassFileVersion) {
            builder.withVersion(JAVA_8, 0);
          } else {
            builder.with(element);
          }
        };
    // A method body is only written anew, with stack maps, if a transformation passes through it.
    ClassTransform bodies = ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL);
    return classes.transformClass(model, version.andThen(bodies));
  }

  /// Stack maps name common super classes, so the jar's own classes must be found.
  private static ClassFile classFile(ZipFile jar) {
    ClassHierarchyResolver own =
        ClassHierarchyResolver.ofResourceParsing(name -> {
          String path = name.descriptorString();
          ZipEntry entry = jar.getEntry(path.substring(1, path.length() - 1) + ".class");
          try {
            return entry == null ? null : jar.getInputStream(entry);
          } catch (IOException e) {
            return null;
          }
        });
    return ClassFile.of(
        ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
        ClassFile.ConstantPoolSharingOption.NEW_POOL,
        ClassFile.ClassHierarchyResolverOption.of(
            own.orElse(ClassHierarchyResolver.defaultResolver()).cached()));
  }

  private static byte[] read(ZipFile jar, ZipEntry entry) throws IOException {
    try (var in = jar.getInputStream(entry)) {
      return in.readAllBytes();
    }
  }
}
