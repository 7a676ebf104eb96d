package io.muster.metadata.storage;

import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.UUID;
import java.util.zip.CRC32C;

/** The file {@code meta.properties}: an identity as text, with a checksum that shows an edit. Stateless. */
final class MetaProperties {
    static final String FILE = "meta.properties";

    /** The version that this software writes, and the only one it reads. */
    private static final int VERSION = 1;

    private MetaProperties() {}

    static String format(StorageIdentity identity) {
        String body = "version=" + VERSION + "\n"
                + "cluster.id=" + identity.clusterId() + "\n"
                + "node.id=" + identity.nodeId() + "\n"
                + "directory.id=" + identity.directoryId() + "\n"
                + "created=" + identity.createdMs() + "\n";
        return "# Written by 'muster storage format'. Do not edit: a node refuses an edited or copied identity.\n"
                + body + "checksum=" + checksum(body) + "\n";
    }

    /** @throws MusterException CORRUPT with a sentence if the file cannot be read, is edited or of another version */
    static StorageIdentity read(Path file) {
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(Files.readString(file)));
        } catch (IOException | IllegalArgumentException e) {
            throw corrupt(file, "cannot be read (" + e.getMessage() + ")", e);
        }
        String version = properties.getProperty("version", "");
        if (!version.equals(Integer.toString(VERSION))) {
            throw new MusterException(
                    ErrorCode.CORRUPT,
                    file + " has format version '" + version + "' and this software reads version " + VERSION
                            + "; run the version of Muster that formatted it, or a newer one.");
        }
        StorageIdentity identity;
        try {
            identity = new StorageIdentity(
                    uuid(properties, "cluster.id"),
                    Integer.parseInt(properties.getProperty("node.id", "")),
                    uuid(properties, "directory.id"),
                    Long.parseLong(properties.getProperty("created", "")));
        } catch (IllegalArgumentException e) {
            throw corrupt(file, "lacks a value or holds one that makes no sense", e);
        }
        if (!Files.exists(file)
                || !format(identity).endsWith("checksum=" + properties.getProperty("checksum") + "\n")) {
            throw corrupt(file, "was changed after it was written (its checksum differs)", null);
        }
        return identity;
    }

    private static String uuid(Properties properties, String key) {
        return UUID.fromString(properties.getProperty(key, "")).toString();
    }

    private static MusterException corrupt(Path file, String what, @org.jspecify.annotations.Nullable Exception cause) {
        String message =
                file + " " + what + "; restore it from a backup of this directory, or format the directory anew"
                        + " and let the node rejoin as a new one.";
        return cause == null
                ? new MusterException(ErrorCode.CORRUPT, message)
                : new MusterException(ErrorCode.CORRUPT, message, cause);
    }

    private static String checksum(String body) {
        CRC32C crc = new CRC32C();
        crc.update(body.getBytes(StandardCharsets.UTF_8));
        return String.format("%08x", crc.getValue());
    }
}
