package dev.weft.testing;

import java.util.List;
import java.util.Random;

/**
 * Inputs for a parser, made from good ones: bits flipped, pieces cut out, doubled, or replaced by what breaks parsers. Seeded: a failure
 * names the seed that shows it again. {@code -Dweft.fuzz.seconds=N} goes on for N seconds with fresh seeds instead.
 */
public final class Mutations {
    private static final int ROUNDS = 20_000;
    private static final byte[][] NASTY = {{0}, {-1}, {-1, -1, -1, -1}, {0x7F, -1, -1, -1}, {(byte) 0x80, 0, 0, 0}, {0, 0, 0, 0}};

    /** What is tried with each input; anything it throws is a finding. */
    @FunctionalInterface
    public interface Target {
        void accept(byte[] input) throws Exception;
    }

    private Mutations() {
    }

    /** @return inputs tried */
    public static long run(List<byte[]> seeds, Target target) {
        return run(seeds, ROUNDS, target);
    }

    /** As {@link #run(List, Target)}, where an input is dearer. */
    public static long run(List<byte[]> seeds, int rounds, Target target) {
        Long seconds = Long.getLong("weft.fuzz.seconds");
        long first = seconds == null ? 1 : System.nanoTime();
        long end = System.nanoTime() + (seconds == null ? 0 : seconds * 1_000_000_000L);
        long count = 0;
        while (seconds == null ? count < rounds : System.nanoTime() < end) {
            long seed = first + count++;
            byte[] input = mutate(seeds, new Random(seed));
            try {
                target.accept(input);
            } catch (Throwable e) {
                throw new AssertionError("seed " + seed + " breaks the parser: " + java.util.HexFormat.of().formatHex(input), e);
            }
        }
        return count;
    }

    private static byte[] mutate(List<byte[]> seeds, Random random) {
        byte[] bytes = seeds.get(random.nextInt(seeds.size())).clone();
        for (int changes = random.nextInt(4); changes >= 0; changes--) {
            bytes = change(bytes, random);
        }
        return bytes;
    }

    private static byte[] change(byte[] bytes, Random random) {
        if (bytes.length == 0) {
            return new byte[] {(byte) random.nextInt()};
        }
        int at = random.nextInt(bytes.length);
        int length = random.nextInt(bytes.length - at);
        switch (random.nextInt(6)) {
            case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes[at] = (byte) random.nextInt();
            case 2 -> {
                return java.util.Arrays.copyOf(bytes, at);
            }
            case 3 -> {
                byte[] nasty = NASTY[random.nextInt(NASTY.length)];
                System.arraycopy(nasty, 0, bytes, at, Math.min(nasty.length, bytes.length - at));
            }
            case 4 -> {
                return splice(bytes, at, at + length, new byte[0]);
            }
            default -> {
                return splice(bytes, at, at, java.util.Arrays.copyOfRange(bytes, at, at + length));
            }
        }
        return bytes;
    }

    private static byte[] splice(byte[] bytes, int from, int to, byte[] middle) {
        byte[] result = new byte[from + middle.length + bytes.length - to];
        System.arraycopy(bytes, 0, result, 0, from);
        System.arraycopy(middle, 0, result, from, middle.length);
        System.arraycopy(bytes, to, result, from + middle.length, bytes.length - to);
        return result;
    }
}
