package io.tidemark.runner;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** The SQL files by their path below sql/ ({@code 2_views/bars.sql}), sorted, with their placeholders filled. */
public final class SqlFiles {
    static final String JOB = "4_job.sql";
    /** The compiled plan that a release may bring with its files. */
    private static final String PLAN = "plan.json";

    private final TreeMap<String, String> texts;

    private final String plan;

    private SqlFiles(TreeMap<String, String> texts, String plan) {
        this.texts = texts;
        this.plan = plan;
    }

    /**
     * Reads the files from a folder, a zip file or a zip in S3 ({@code s3://bucket/key.zip}). Throws where there is no
     * 4_job.sql, a placeholder has no property, or a property no placeholder.
     */
    public static SqlFiles read(String location, Map<String, String> properties) throws IOException {
        return read(location, properties, properties);
    }

    /** The same, where S3 is not where the job's files have it: its address is in {@code places}. */
    public static SqlFiles read(String location, Map<String, String> properties, Map<String, String> places)
            throws IOException {
        TreeMap<String, String> raw;
        if (location.startsWith("s3://")) {
            raw = unzip(new ByteArrayInputStream(download(URI.create(location), places)));
        } else if (Files.isDirectory(Path.of(location))) {
            raw = readFolder(Path.of(location));
        } else {
            try (InputStream zip = Files.newInputStream(Path.of(location))) {
                raw = unzip(zip);
            }
        }
        if (!raw.containsKey(JOB)) {
            throw new SqlProblems(
                    Problem.of(null, "sql.location " + location + " has no " + JOB + " (it has " + raw.keySet() + ")"));
        }
        String plan = raw.remove(PLAN);
        return new SqlFiles(filled(raw, new Placeholders(properties)), plan);
    }

    private static TreeMap<String, String> filled(Map<String, String> raw, Placeholders placeholders) {
        TreeMap<String, String> filled = new TreeMap<>();
        List<Problem> problems = new ArrayList<>();
        raw.forEach((file, text) -> {
            boolean takes = file.startsWith("1_sources/") || file.startsWith("3_sinks/");
            try {
                if (!takes) {
                    Placeholders.refuse(file, text);
                }
                filled.put(file, takes ? placeholders.fill(file, text) : text);
            } catch (SqlProblems e) {
                problems.addAll(e.all());
            }
        });
        if (problems.isEmpty()) {
            placeholders.refuseUnused();
            return filled;
        }
        throw new SqlProblems(problems, null);
    }

    /** The files in a folder such as {@code 2_views}, by path, sorted. */
    Map<String, String> in(String folder) {
        return texts.entrySet().stream()
                .filter(e -> e.getKey().startsWith(folder + "/"))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (a, b) -> a, TreeMap::new));
    }

    /**
     * The plan that was compiled from these files, with ids that go on from the release before, so that the state of what
     * did not change is found; null where the release brings none.
     */
    String plan() {
        return plan;
    }

    String job() {
        return texts.get(JOB);
    }

    int size() {
        return texts.size();
    }

    /** All names and texts, the same for the same files. */
    @Override
    public String toString() {
        return texts.toString();
    }

    private static boolean belongs(String file) {
        return file.equals(JOB) || file.equals(PLAN) || file.matches("(1_sources|2_views|3_sinks)/.+\\.sql");
    }

    private static TreeMap<String, String> readFolder(Path folder) throws IOException {
        TreeMap<String, String> texts = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.filter(Files::isRegularFile).collect(Collectors.toList())) {
                String file = folder.relativize(path).toString().replace('\\', '/');
                if (belongs(file)) {
                    texts.put(file, Files.readString(path));
                }
            }
        }
        return texts;
    }

    private static TreeMap<String, String> unzip(InputStream in) throws IOException {
        TreeMap<String, String> texts = new TreeMap<>();
        ZipInputStream zip = new ZipInputStream(in);
        for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
            if (belongs(entry.getName())) {
                texts.put(entry.getName(), new String(zip.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        return texts;
    }

    private static byte[] download(URI location, Map<String, String> places) {
        try {
            return new Bucket(places).read(location);
        } catch (RuntimeException e) {
            throw new IllegalArgumentException("sql.location " + location + " cannot be read: " + e.getMessage(), e);
        }
    }
}
