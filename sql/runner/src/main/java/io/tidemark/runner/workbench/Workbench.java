package io.tidemark.runner.workbench;

import io.tidemark.runner.Problem;
import io.tidemark.runner.SqlProblems;
import io.tidemark.runner.lake.LakeProblems;
import io.tidemark.runner.lake.maintenance.MaintainRequest;
import io.tidemark.runner.workbench.given.CaseRunner;
import io.tidemark.runner.workbench.given.Tail;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ObjectNode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Plans and runs SQL for the tools around it, and the job on a developer's machine, in one warm JVM. It reads a JSON
 * request a line on stdin ({@code {"id":1,"do":"compile",…}}) and answers each with a line on stdout, in whatever order
 * they are done: {@code {"id":1,"ok":…}}, {@code {"id":1,"problems":[…]}} where the SQL is wrong, or {@code
 * {"id":1,"failed":"…"}}. It ends when stdin does.
 */
public final class Workbench {
    private static final Logger LOG = LoggerFactory.getLogger(Workbench.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final PrintStream answers;
    private final RunningJob job = new RunningJob();
    private final CaseRunner cases = new CaseRunner();

    private Workbench(PrintStream answers) {
        this.answers = answers;
    }

    public static void main(String[] args) throws IOException {
        PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        System.setOut(System.err); // whatever libraries print is no answer
        new Workbench(answers).serve();
        System.exit(0);
    }

    private void serve() throws IOException {
        ExecutorService threads = Executors.newCachedThreadPool();
        BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = requests.readLine(); line != null; line = requests.readLine()) {
            JsonNode request = JSON.readTree(line);
            threads.execute(() -> answer(request));
        }
        job.forget();
    }

    private void answer(JsonNode request) {
        ObjectNode answer = JSON.createObjectNode();
        answer.set("id", request.get("id"));
        try {
            answer.set("ok", handle(request));
        } catch (SqlProblems e) {
            e.all().forEach(problem -> answer.withArray("problems").add(toJson(problem)));
        } catch (LakeProblems e) { // in words for whoever edited the DDL
            answer.put("failed", e.getMessage());
        } catch (Throwable e) {
            LOG.error("Request {} failed", request.path("do").asText(), e);
            answer.put("failed", e + (e.getCause() == null ? "" : ": " + root(e)));
        }
        synchronized (answers) {
            answers.println(answer);
        }
    }

    /** A row on its way, before the answer: {@code {"id":1,"row":{…},"change":1}}. */
    private void event(JsonNode request, ObjectNode row, int change) {
        ObjectNode event = JSON.createObjectNode();
        event.set("id", request.get("id"));
        event.set("row", row);
        event.put("change", change);
        synchronized (answers) {
            answers.println(event);
        }
    }

    private ObjectNode handle(JsonNode request) throws Exception {
        switch (request.path("do").asText()) {
            case "compile":
                return Compilation.of(request);
            case "functions":
                return Compilation.functions();
            case "prepare":
                return job.prepare(request);
            case "start":
                return job.start(request);
            case "stop":
                return job.stop(request);
            case "run":
                return cases.run(request);
            case "backfill":
                return Backfilling.run(
                        request, text -> event(request, JSON.createObjectNode().put("say", text), 1));
            case "tail":
                return Tail.run(request, (row, change) -> event(request, row, change));
            case "maintain":
                return MaintainRequest.run(request, step -> event(request, step, 1));
            default:
                throw new IllegalArgumentException("There is no request " + request.path("do"));
        }
    }

    private static ObjectNode toJson(Problem problem) {
        ObjectNode json = JSON.createObjectNode();
        json.put("file", problem.file);
        putPlace(json, "line", problem.line);
        putPlace(json, "column", problem.column);
        putPlace(json, "endLine", problem.endLine);
        putPlace(json, "endColumn", problem.endColumn);
        return json.put("message", problem.message);
    }

    private static void putPlace(ObjectNode json, String name, int place) {
        if (place > 0) {
            json.put(name, place);
        } else {
            json.putNull(name);
        }
    }

    private static Throwable root(Throwable e) {
        return e.getCause() == null ? e : root(e.getCause());
    }
}
