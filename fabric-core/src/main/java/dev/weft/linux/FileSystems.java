package dev.weft.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;

/** Mounts of bounded size in memory, and the access rights that files made there begin with. Any thread; may block. */
public final class FileSystems {
    private static final int MS_NOSUID = 2;
    private static final int MS_NODEV = 4;
    private static final int MS_NOEXEC = 8;
    private static final int MS_REMOUNT = 32;
    private static final int MNT_DETACH = 2;
    private static final LibcFunction MOUNT = LibcFunction.named("mount");
    private static final LibcFunction UMOUNT = LibcFunction.named("umount2");
    private static final LibcFunction SETXATTR = LibcFunction.named("setxattr");

    // struct posix_acl_xattr_header and _entry, linux/posix_acl_xattr.h; little-endian, like every host Weft runs on
    private static final int ACL_VERSION = 2;
    private static final int ACL_USER_OBJ = 1;
    private static final int ACL_GROUP_OBJ = 4;
    private static final int ACL_OTHER = 32;
    private static final int ACL_NO_ID = -1;

    private FileSystems() {
    }

    /** Whether something is mounted exactly there. */
    public static boolean isMountPoint(Path directory) throws IOException {
        try (var lines = Files.lines(Path.of("/proc/self/mountinfo"))) {
            String path = directory.toAbsolutePath().normalize().toString().replace(" ", "\\040");
            return lines.anyMatch(line -> line.split(" ", 6)[4].equals(path));
        }
    }

    /**
     * Mounts a file system in memory on a directory, or sets the size of the one that is mounted there. No devices, no programs.
     *
     * @param bytes most it holds
     * @param mode  access rights of its root, octal text
     * @param group owns its root, and through the set-group-id bit what is made in it
     */
    public static void mountMemory(Path directory, long bytes, String mode, int group) throws IOException {
        boolean again = isMountPoint(directory);
        String data = "size=" + bytes + ",mode=" + mode + ",gid=" + group;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment source = arena.allocateFrom("weft");
            MemorySegment target = arena.allocateFrom(directory.toString());
            MemorySegment type = arena.allocateFrom("tmpfs");
            MemorySegment options = arena.allocateFrom(again ? "size=" + bytes : data);
            long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC | (again ? MS_REMOUNT : 0);
            MOUNT.checked("mount a file system in memory on " + directory, source.address(), target.address(), type.address(), flags,
                    options.address());
        }
    }

    /** Takes away what {@link #mountMemory} mounted; who has it open keeps it. */
    public static void unmount(Path directory) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            UMOUNT.checked("unmount " + directory, arena.allocateFrom(directory.toString()).address(), MNT_DETACH, 0);
        }
    }

    /** Has everything that is made in a directory begin with full rights for owner and group and none for others, whatever the umask. */
    public static void shareWithGroup(Path directory) throws LinuxException {
        int[] tagged = {ACL_USER_OBJ | 7 << 16, ACL_NO_ID, ACL_GROUP_OBJ | 7 << 16, ACL_NO_ID, ACL_OTHER, ACL_NO_ID};
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(4 + 4L * tagged.length, 4);
            value.set(ValueLayout.JAVA_INT, 0, ACL_VERSION);
            for (int i = 0; i < tagged.length; i++) {
                value.set(ValueLayout.JAVA_INT, 4 + 4L * i, tagged[i]);
            }
            MemorySegment path = arena.allocateFrom(directory.toString());
            MemorySegment name = arena.allocateFrom("system.posix_acl_default");
            SETXATTR.checked("set the default access rights of " + directory, path.address(), name.address(), value.address(),
                    value.byteSize(), 0);
        }
    }
}
