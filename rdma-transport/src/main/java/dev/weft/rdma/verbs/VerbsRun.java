package dev.weft.rdma.verbs;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Runs a DiSNI program on Weft's provider: {@code weft verbs-run [--class-path PATH] [--provider weft|disni] MAIN ARGS}. The program
 * is not changed and not recompiled. With {@code disni} the stock JNI provider runs it, which needs libdisni on java.library.path.
 */
public final class VerbsRun {

    /** Which provider stands behind DiSNI's API. */
    public enum Provider {
        WEFT, DISNI
    }

    private VerbsRun() {
    }

    /**
     * Runs {@code main(args)} of a program in this thread and returns when it does.
     *
     * @param classPath where the program is; empty for this JVM's own class path. DiSNI itself always comes from the latter
     * @throws IOException a sentence: what is missing and how to get it
     * @throws Exception   what the program threw
     */
    public static void run(Provider provider, List<Path> classPath, String mainClass, String... args) throws Exception {
        if (provider == Provider.WEFT) {
            PanamaVerbs.install();
            String problem = PanamaProvider.problem();
            if (problem != null) {
                throw new IOException(problem);
            }
        }
        // Never closed: threads of the program may go on after its main has returned.
        ClassLoader loader = new URLClassLoader(urls(classPath), VerbsRun.class.getClassLoader());
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            invoke(find(loader, mainClass), args);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private static URL[] urls(List<Path> classPath) throws MalformedURLException {
        URL[] urls = new URL[classPath.size()];
        for (int i = 0; i < urls.length; i++) {
            urls[i] = classPath.get(i).toUri().toURL();
        }
        return urls;
    }

    private static Method find(ClassLoader loader, String mainClass) throws IOException {
        try {
            Method main = loader.loadClass(mainClass).getMethod("main", String[].class);
            if (!Modifier.isStatic(main.getModifiers())) {
                throw new IOException(mainClass + " has no static main(String[])");
            }
            return main;
        } catch (ClassNotFoundException e) {
            throw new IOException("there is no class " + mainClass + " on the class path; name its jar or directory with --class-path");
        } catch (NoSuchMethodException e) {
            throw new IOException(mainClass + " has no public static main(String[])");
        }
    }

    private static void invoke(Method main, String[] args) throws Exception {
        try {
            main.invoke(null, (Object) Arrays.copyOf(args, args.length));
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e.getCause() instanceof UnsatisfiedLinkError missing
                    ? new IOException("the stock DiSNI provider needs libdisni on java.library.path: " + missing.getMessage()) : e;
        }
    }
}
