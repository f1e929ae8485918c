package io.tidemark.runner;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** A small SQL directory that can be planned: a source, a view over it, a sink and a job; any file can be replaced. */
final class SqlDir {
    private final Path folder;

    SqlDir(Path folder) throws IOException {
        this.folder = folder;
        with(
                "1_sources/readings.sql",
                "-- One row: a reading.\nCREATE TABLE readings (\n  sensor STRING,\n  read_at TIMESTAMP_LTZ(3),\n  degrees DOUBLE,\n"
                        + "  WATERMARK FOR read_at AS read_at - INTERVAL '2' SECOND\n) WITH ('connector' = 'datagen');");
        with(
                "2_views/minutes.sql",
                "CREATE VIEW minutes AS\nSELECT sensor, window_start, MAX(degrees) AS degrees\n"
                        + "FROM TABLE(TUMBLE(TABLE readings, DESCRIPTOR(read_at), INTERVAL '1' MINUTE))\n"
                        + "GROUP BY sensor, window_start, window_end;");
        with("3_sinks/results/minutes.sql", "CREATE TABLE results.minutes (\n  sensor STRING,\n  degrees DOUBLE\n) WITH ('connector' = 'blackhole');");
        with("4_job.sql", job("INSERT INTO results.minutes SELECT sensor, degrees FROM minutes;"));
    }

    static String job(String inserts) {
        return "-- The job.\nEXECUTE STATEMENT SET\nBEGIN\n" + inserts + "\nEND;";
    }

    SqlDir with(String file, String text) throws IOException {
        Files.createDirectories(folder.resolve(file).getParent());
        Files.writeString(folder.resolve(file), text);
        return this;
    }

    SqlFiles files() throws IOException {
        return SqlFiles.read(folder.toString(), Map.of());
    }
}
