package io.muster.node.config;

import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/** A {@code .properties} file in UTF-8 that remembers on which line each key stands, and tells every flaw it has. */
final class PropertiesFile {
    /** A config file is a few kilobytes; something this long is another file. */
    static final int BYTES_MAX = 1 << 20;

    /**
     * @param value the text, unescaped and stripped
     * @param line the line it begins on, from 1
     */
    record Line(String value, int line) {}

    private final String name;
    private final ConfigProblems problems;
    private final Map<String, Line> lines = new LinkedHashMap<>();

    private PropertiesFile(String name, ConfigProblems problems) {
        this.name = name;
        this.problems = problems;
    }

    /** Reads {@code file}; what cannot be read is added to {@code problems}. */
    static Map<String, Line> read(Path file, ConfigProblems problems) {
        PropertiesFile properties = new PropertiesFile(String.valueOf(file.getFileName()), problems);
        properties.load(file);
        return properties.lines;
    }

    private void load(Path file) {
        if (Files.isDirectory(file)) {
            problems.add(name, "it is a directory; name the config file inside it");
            return;
        }
        try {
            if (Files.size(file) > BYTES_MAX) {
                problems.add(name, "it is longer than " + BYTES_MAX + " bytes; this is not a config file");
                return;
            }
            decode(Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            problems.add(name, "there is no such file; look at the path, or copy one of the examples in conf/");
        } catch (AccessDeniedException e) {
            problems.add(
                    name,
                    "user " + System.getProperty("user.name") + " may not read it; change its permissions or the user");
        } catch (IOException e) {
            problems.add(name, "it cannot be read: " + e.getMessage());
        }
    }

    private void decode(byte[] bytes) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length + 1);
        var result = decoder.decode(in, out, true);
        if (result.isError()) {
            try {
                result.throwException();
            } catch (CharacterCodingException e) {
                long line = 1
                        + java.util.stream.IntStream.range(0, in.position())
                                .filter(i -> bytes[i] == '\n')
                                .count();
                problems.add(name + ":" + line, "the file is not UTF-8 here; save it as UTF-8");
            }
            return;
        }
        String text = out.flip().toString();
        parse(List.of((text.startsWith("\uFEFF") ? text.substring(1) : text).split("\r\n|\r|\n", -1)));
    }

    /** Splits into logical lines, because {@link Properties} knows no line numbers, and lets it read each. */
    private void parse(List<String> natural) {
        for (int i = 0; i < natural.size(); i++) {
            int first = i;
            StringBuilder logical = new StringBuilder(natural.get(i));
            String start = natural.get(i).stripLeading();
            if (start.isEmpty() || start.startsWith("#") || start.startsWith("!")) {
                continue;
            }
            while (isContinued(natural.get(i)) && i + 1 < natural.size()) {
                logical.append('\n').append(natural.get(++i));
            }
            parseLine(logical.toString(), first + 1);
        }
    }

    private static boolean isContinued(String line) {
        int backslashes = 0;
        for (int i = line.length() - 1; i >= 0 && line.charAt(i) == '\\'; i--) {
            backslashes++;
        }
        return backslashes % 2 == 1;
    }

    private void parseLine(String logical, int line) {
        String where = name + ":" + line;
        if (logical.indexOf('\0') >= 0) {
            problems.add(where, "it holds a NUL character; this is not a text file");
            return;
        }
        Properties one = new Properties();
        try {
            one.load(new StringReader(logical));
        } catch (IllegalArgumentException | IOException e) {
            problems.add(
                    where, "bad escape: after \\u there must be four hexadecimal digits; write \\\\ for a backslash");
            return;
        }
        one.forEach((key, value) -> {
            Line before = lines.putIfAbsent((String) key, new Line(((String) value).strip(), line));
            if (before != null) {
                problems.add(where, key + " is set again; it is also set on line " + before.line() + ": keep one");
            }
        });
    }
}
