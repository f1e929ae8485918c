package io.tidemark.runner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Relations and job on the real planner. */
class JobTest {
    @TempDir Path folder;
    private SqlDir sql;

    @BeforeEach
    void write() throws IOException {
        sql = new SqlDir(folder);
    }

    private String compile() throws IOException {
        return Job.compile(Job.tables(StreamExecutionEnvironment.getExecutionEnvironment(new Configuration())), sql.files());
    }

    @Test
    void compilesWhateverTheOrderOfTheFiles() throws IOException {
        sql.with("2_views/a.sql", "CREATE VIEW a AS SELECT sensor, degrees FROM z;")
                .with("2_views/z.sql", "CREATE VIEW z AS SELECT * FROM minutes;")
                .with("4_job.sql", SqlDir.job("INSERT INTO results.minutes SELECT * FROM a;"));
        assertTrue(compile().contains("stream-exec-global-window-aggregate_1"));
    }

    @Test
    void theJobsSettingsGoIntoThePlan() throws IOException {
        sql.with("2_views/a.sql", "CREATE VIEW a AS SELECT sensor, COUNT(*) AS n FROM readings GROUP BY sensor;")
                .with("3_sinks/results/n.sql", "CREATE TABLE results.n (sensor STRING, n BIGINT) WITH ('connector' = 'print');")
                .with("4_job.sql", "SET 'table.exec.state.ttl' = '5 h';\n" + SqlDir.job("INSERT INTO results.n SELECT * FROM a;"));
        String plan = compile();
        assertTrue(plan.contains("\"ttl\" : \"5 h\""), plan);
    }

    static Stream<Arguments> wrong() {
        return Stream.of(
                Arguments.of("2_views/a.sql", "CREATE VIEW a AS\nSELECT * FORM readings;", "2_views/a.sql:2:15: Encountered \"readings\""),
                Arguments.of("2_views/a.sql", "-- x\nCREATE VIEW a AS\nSELECT sensr FROM readings;",
                        "2_views/a.sql:3:8: Column 'sensr' not found in any table"),
                Arguments.of("2_views/a.sql", "CREATE VIEW a AS SELECT * FROM nothing;", "2_views/a.sql:1:32: Object 'nothing' not found"),
                Arguments.of("2_views/a.sql", "CREATE VIEW a AS SELECT VWOP(degrees) FROM readings;",
                        "2_views/a.sql:1:25: No match found for function signature VWOP"),
                Arguments.of("2_views/a.sql", "INSERT INTO results.minutes SELECT sensor, degrees FROM minutes;",
                        "2_views/a.sql:1:1: INSERT belongs into 4_job.sql"),
                Arguments.of("2_views/a.sql", "CREATE VIEW a AS SELECT 1;\nCREATE VIEW b AS SELECT 1;",
                        "2_views/a.sql:2:1: A second statement: one relation a file"),
                Arguments.of("2_views/a.sql", "CREATE TABLE a (x INT);", "2_views/a.sql:1:1: Expected CREATE VIEW here"),
                Arguments.of("2_views/a.sql", "", "2_views/a.sql: This file is empty: it needs one CREATE VIEW"),
                Arguments.of("4_job.sql", SqlDir.job("INSERT INTO results.minutes\nSELECT degrees, sensor FROM minutes;"),
                        "4_job.sql:4:1: "),
                Arguments.of("4_job.sql", SqlDir.job("INSERT INTO results.minutes SELECT * FROM nothing;"),
                        "4_job.sql:4:43: Object 'nothing' not found"));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void namesThePlaceOfWhatIsWrong(String file, String text, String message) throws IOException {
        sql.with(file, text);
        String said = assertThrows(SqlProblems.class, this::compile).getMessage();
        assertTrue(said.startsWith(message), said);
        assertEquals(1, said.lines().filter(line -> line.matches("\\d_.*\\.sql.*")).count(), said);
    }

    @Test
    void whatOnlyFollowsIsLeftOutAndEverythingElseIsSaid() throws IOException {
        sql.with("2_views/a.sql", "CREATE VIEW a AS SELECT nothing FROM readings;")
                .with("2_views/b.sql", "CREATE VIEW b AS SELECT * FROM a;")
                .with("2_views/c.sql", "CREATE VIEW c AS SELECT * FROM missing;");
        SqlProblems problems = assertThrows(SqlProblems.class, this::compile);
        assertEquals(2, problems.all().size(), problems.getMessage());
    }

    @Test
    void aCircleIsNamedWithItsFiles() throws IOException {
        sql.with("2_views/a.sql", "CREATE VIEW a AS SELECT * FROM b;").with("2_views/b.sql", "CREATE VIEW b AS SELECT * FROM a;");
        String said = assertThrows(SqlProblems.class, this::compile).getMessage();
        assertTrue(said.contains("These relations need one another in a circle: 2_views/"), said);
        assertTrue(said.contains("2_views/a.sql") && said.contains("2_views/b.sql"), said);
    }

    @Test
    void aViewThatCanBeCreatedButNotPlannedIsNamed() throws IOException {
        // A window over a column that is no time attribute.
        sql.with("2_views/minutes.sql", "CREATE VIEW minutes AS\nSELECT sensor, window_start, MAX(degrees) AS degrees\n"
                + "FROM TABLE(TUMBLE(TABLE shifted, DESCRIPTOR(read_at), INTERVAL '1' MINUTE))\nGROUP BY sensor, window_start, window_end;")
                .with("2_views/shifted.sql", "CREATE VIEW shifted AS SELECT sensor, degrees, read_at + INTERVAL '1' SECOND AS read_at FROM readings;");
        String said = assertThrows(SqlProblems.class, this::compile).getMessage();
        assertTrue(said.startsWith("2_views/minutes.sql:"), said);
    }
}
