package io.muster.metadata.log.ratis;

import org.apache.ratis.util.ExitUtils;

/**
 * Takes away from Ratis what belongs to the process that embeds it. Loading its {@code ExitUtils} installs a handler that ends the
 * process on an uncaught exception of any thread, and a port that is in use ends it by {@code System.exit}. Both are switched
 * off; errors come back as exceptions. Stateless.
 */
final class RatisProcess {
    private RatisProcess() {}

    static synchronized void tame() {
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        ExitUtils.disableSystemExit();
        ExitUtils.setTerminateOnUncaughtException(false);
        Thread.UncaughtExceptionHandler now = Thread.getDefaultUncaughtExceptionHandler();
        if (now != null && now.getClass().getName().startsWith("org.apache.ratis.")) {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
    }

    /** Ratis finds classes by name through the calling thread's loader, which an embedding application may have set to any. */
    static void withOwnClassLoader(Runnable task) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(RatisProcess.class.getClassLoader());
        try {
            task.run();
        } finally {
            thread.setContextClassLoader(before);
        }
    }
}
