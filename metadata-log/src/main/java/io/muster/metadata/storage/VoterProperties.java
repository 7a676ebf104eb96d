package io.muster.metadata.storage;

import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/** The file {@code voter.properties}: the directory ids of the other first voters, by node id. Stateless. */
final class VoterProperties {
    static final String FILE = "voter.properties";

    private static final String PREFIX = "directory.";

    private VoterProperties() {}

    static String format(Map<Integer, String> directories) {
        var text = new StringBuilder("# Directories of the other voters when this one was admitted. Do not edit.\n");
        directories.forEach((node, directory) ->
                text.append(PREFIX).append(node).append('=').append(directory).append('\n'));
        return text.toString();
    }

    static Map<Integer, String> read(Path file) {
        if (!Files.exists(file)) {
            return Map.of();
        }
        Properties properties = new Properties();
        Map<Integer, String> directories = new TreeMap<>();
        try {
            properties.load(new StringReader(Files.readString(file)));
            for (String key : properties.stringPropertyNames()) {
                directories.put(Integer.parseInt(key.substring(PREFIX.length())), properties.getProperty(key));
            }
        } catch (IOException | RuntimeException e) {
            throw new MusterException(
                    ErrorCode.CORRUPT,
                    file + " cannot be read (" + e.getMessage() + "); restore it from a backup of this directory.",
                    e);
        }
        return directories;
    }
}
