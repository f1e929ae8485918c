package io.tidemark.runner.workbench.given;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.shaded.guava31.com.google.common.base.Equivalence;
import org.apache.flink.shaded.guava31.com.google.common.cache.Cache;
import org.apache.flink.shaded.guava31.com.google.common.hash.Hashing;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.streaming.api.graph.StreamNode;
import org.apache.flink.table.runtime.generated.CompileUtils;
import org.apache.flink.table.runtime.generated.GeneratedClass;
import org.apache.flink.util.InstantiationUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets all jobs of this JVM share the classes that Flink generates and compiles for its operators. Flink keeps them by
 * the class loader of the job, so that each job would compile them again, and each task would read their long code
 * again: together that is most of the time of a small job. Here the code is compiled when a job is planned, and what is
 * sent to the tasks has a short name in its place.
 */
final class CompiledClasses {
    private static final Logger LOG = LoggerFactory.getLogger(CompiledClasses.class);

    private static final long MAX_CLASSES = 20_000;
    private static final boolean SHARED = share();

    private CompiledClasses() {}

    /**
     * Makes Flink's cache compare the code alone, and keep all of it. Where this Flink's cache is another one, jobs are
     * slower, no more.
     */
    private static boolean share() {
        try {
            Object cache = get(CompileUtils.class, null, "COMPILED_CLASS_CACHE");
            Object local = get(cache.getClass(), cache, "localCache");
            Class<?> key = Class.forName(CompileUtils.class.getName() + "$ClassKey");
            for (Object segment : (Object[]) get(local.getClass(), local, "segments")) {
                accessible(segment.getClass(), "maxSegmentWeight").setLong(segment, MAX_CLASSES);
            }
            accessible(local.getClass(), "keyEquivalence").set(local, new ByCode(accessible(key, "code")));
            return true;
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.warn("Compiled classes are not shared by jobs, which makes them slow: {}", e.toString());
            return false;
        }
    }

    /** Gives each operator of a job its classes compiled and named. */
    static void compile(StreamGraph graph) {
        if (!SHARED) {
            return;
        }
        try {
            Field factory = accessible(StreamNode.class, "operatorFactory");
            for (StreamNode node : graph.getStreamNodes()) {
                ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                try (Naming out = new Naming(bytes)) {
                    out.writeObject(factory.get(node));
                }
                ClassLoader loader = CompiledClasses.class.getClassLoader();
                factory.set(node, InstantiationUtil.deserializeObject(bytes.toByteArray(), loader));
            }
        } catch (IOException | ReflectiveOperationException e) {
            throw new IllegalStateException("An operator cannot be copied: " + e.getMessage(), e);
        }
    }

    /** Compiles generated classes as they pass, and writes names for their code under which the compiled are found. */
    private static final class Naming extends ObjectOutputStream {
        private final Map<String, String> names = new HashMap<>();

        Naming(OutputStream out) throws IOException {
            super(out);
            enableReplaceObject(true);
        }

        @Override
        protected Object replaceObject(Object object) {
            if (object instanceof GeneratedClass) {
                name((GeneratedClass<?>) object);
            }
            return object instanceof String ? names.getOrDefault(object, (String) object) : object;
        }

        private void name(GeneratedClass<?> generated) {
            try {
                String code = (String) get(generated.getClass(), generated, "splitCode");
                String name = "compiled " + Hashing.sha256().hashString(code, StandardCharsets.UTF_8);
                Class<?> compiled = generated.compile(CompiledClasses.class.getClassLoader());
                put(name, compiled);
                names.put(code, name);
                names.put(generated.getCode(), name);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static void put(String name, Class<?> compiled) throws ReflectiveOperationException {
        Constructor<?> key = Class.forName(CompileUtils.class.getName() + "$ClassKey")
                .getDeclaredConstructor(int.class, String.class);
        key.setAccessible(true);
        @SuppressWarnings("unchecked")
        Cache<Object, Class<?>> cache = (Cache<Object, Class<?>>) get(CompileUtils.class, null, "COMPILED_CLASS_CACHE");
        cache.put(key.newInstance(0, name), compiled);
    }

    private static Object get(Class<?> type, Object object, String name) throws ReflectiveOperationException {
        return accessible(type, name).get(object);
    }

    private static Field accessible(Class<?> type, String name) throws ReflectiveOperationException {
        for (Class<?> each = type; each != null; each = each.getSuperclass()) {
            for (Field field : each.getDeclaredFields()) {
                if (field.getName().equals(name)) {
                    field.setAccessible(true);
                    return field;
                }
            }
        }
        throw new NoSuchFieldException(type + " has no field " + name);
    }

    private static final class ByCode extends Equivalence<Object> {
        private final Field code;

        ByCode(Field code) {
            this.code = code;
        }

        @Override
        protected boolean doEquivalent(Object a, Object b) {
            return code(a).equals(code(b));
        }

        @Override
        protected int doHash(Object key) {
            return code(key).hashCode();
        }

        private Object code(Object key) {
            try {
                return code.get(key);
            } catch (IllegalAccessException e) {
                throw new IllegalStateException("An accessible field cannot be read: " + code, e);
            }
        }
    }
}
