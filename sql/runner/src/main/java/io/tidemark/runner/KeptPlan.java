package io.tidemark.runner;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The plan of the last start, with what it was compiled from, so that a start from the same files need not optimize
 * them again: that takes more than half of a start.
 */
final class KeptPlan {
    private static final Logger LOG = LoggerFactory.getLogger(KeptPlan.class);

    private final Path file;

    /** Keeps nothing where {@code file} is null. */
    KeptPlan(String file) {
        this.file = file == null ? null : Path.of(file);
    }

    /** The plan of exactly these files by exactly this runner; null where there is none. */
    String find(SqlFiles files) throws IOException {
        if (file == null || !Files.exists(file) || !Files.exists(keyFile())) {
            return null;
        }
        if (!Files.readString(keyFile()).equals(key(files))) {
            return null;
        }
        LOG.info("The SQL is as at the last start: its plan is used again");
        return Files.readString(file);
    }

    /** Keeps a plan for the next start. The key goes last, so that half a plan is never found. */
    void keep(SqlFiles files, String json) throws IOException {
        if (file != null) {
            Files.deleteIfExists(keyFile());
            Files.writeString(file, json);
            Files.writeString(keyFile(), key(files));
        }
    }

    private Path keyFile() {
        return file.resolveSibling(file.getFileName() + ".key");
    }

    private static String key(SqlFiles files) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(files.toString().getBytes(StandardCharsets.UTF_8));
            Path code = Path.of(KeptPlan.class.getProtectionDomain().getCodeSource().getLocation().getPath());
            digest.update((Files.size(code) + " " + Files.getLastModifiedTime(code)).getBytes(StandardCharsets.UTF_8));
            StringBuilder key = new StringBuilder();
            for (byte b : digest.digest()) {
                key.append(String.format("%02x", b));
            }
            return key.toString();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }
}
