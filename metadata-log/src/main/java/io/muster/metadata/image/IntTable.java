package io.muster.metadata.image;

import org.jspecify.annotations.Nullable;

/**
 * A hash table from non-negative ints that boxes nothing: a batch may look up a broker or a slot a hundred thousand times.
 * Grows, never shrinks, forgets nothing. Not thread-safe.
 */
final class IntTable<T> {
    private static final int SMALLEST = 16;

    private int[] keys = new int[SMALLEST];
    private @Nullable Object[] values = new @Nullable Object[SMALLEST];
    private int size;

    @SuppressWarnings("unchecked")
    @Nullable
    T get(int key) {
        return (T) values[place(key)];
    }

    void put(int key, T value) {
        int place = place(key);
        if (values[place] == null) {
            if (++size * 2 > keys.length) {
                grow();
                place = place(key);
            }
            keys[place] = key;
        }
        values[place] = value;
    }

    /** Where {@code key} is, or the empty place where it belongs: linear probing, at most half full. */
    private int place(int key) {
        int mask = keys.length - 1;
        int place = spread(key) & mask;
        while (values[place] != null && keys[place] != key) {
            place = (place + 1) & mask;
        }
        return place;
    }

    private static int spread(int key) {
        int mixed = key * 0x9E3779B9;
        return mixed ^ (mixed >>> 15);
    }

    private void grow() {
        int[] oldKeys = keys;
        @Nullable Object[] oldValues = values;
        keys = new int[oldKeys.length * 2];
        values = new @Nullable Object[oldKeys.length * 2];
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldValues[i] != null) {
                int place = place(oldKeys[i]);
                keys[place] = oldKeys[i];
                values[place] = oldValues[i];
            }
        }
    }
}
