package dev.adit.cli.launch;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Enumeration;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/// Copies a jar so that it starts fast: classes of Java 5 get the stack maps of Java 8, and the
/// jar's signature is left out, which would be checked at every start and keeps its classes out of
/// archives (measured: the first Ed25519 signature checked after 79 ms instead of 270).
///
/// Class-data archives leave out what was checked by the old verifier, and that is every class
/// without stack maps; picocli is made of nothing else. Measured: `adit --version` takes 200 ms
/// with picocli as it comes and 90 ms with the copy. Nothing but stack maps and version is changed.
///
/// Arguments: the jar, the copy.
final class ModernJar {
  private static final int JAVA_8 = 52;

  private ModernJar() {}

  public static void main(String[] arguments) throws IOException {
    Path from = Path.of(arguments[0]);
    Path to = Path.of(arguments[1]);
    try (ZipFile jar = new ZipFile(from.toFile());
        OutputStream file = Files.newOutputStream(to);
        ZipOutputStream copy = new ZipOutputStream(file)) {
      ClassFile classes = classFile(jar);
      for (Enumeration<? extends ZipEntry> all = jar.entries(); all.hasMoreElements(); ) {
        ZipEntry entry = all.nextElement();
        if (isSignature(entry.getName())) {
          continue;
        }
        byte[] bytes = read(jar, entry);
        ZipEntry out = new ZipEntry(entry.getName());
        out.setLastModifiedTime(FileTime.fromMillis(0));
        copy.putNextEntry(out);
        copy.write(entry.getName().endsWith(".class") ? modern(classes, bytes) : bytes);
        copy.closeEntry();
      }
    }
    Files.setLastModifiedTime(to, Files.getLastModifiedTime(from));
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
