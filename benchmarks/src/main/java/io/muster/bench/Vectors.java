package io.muster.bench;

import io.lacuna.bifurcan.List;
import io.vavr.collection.Vector;
import org.organicdesign.fp.collections.MutList;
import org.organicdesign.fp.collections.PersistentVector;
import org.pcollections.PVector;
import org.pcollections.TreePVector;

/**
 * The persistent vectors that could hold the partition table, behind the four things that the image does with it. The vector
 * itself is passed as an object, so that one benchmark body serves all.
 */
public enum Vectors {
    /** Paguro 3.10.3: 32-way trie with a transient mode. */
    PAGURO {
        @Override
        Object create(Object[] values) {
            MutList<Object> list = PersistentVector.emptyMutable();
            for (Object value : values) {
                list.append(value);
            }
            return list.immutable();
        }

        @Override
        Object set(Object vector, int index, Object value) {
            return paguro(vector).replace(index, value);
        }

        @Override
        Object setAll(Object vector, int[] indexes, Object value) {
            MutList<Object> list = paguro(vector).mutable();
            for (int index : indexes) {
                list.replace(index, value);
            }
            return list.immutable();
        }

        @Override
        long iterate(Object vector) {
            return count(paguro(vector));
        }

        @SuppressWarnings("unchecked")
        private PersistentVector<Object> paguro(Object vector) {
            return (PersistentVector<Object>) vector;
        }
    },

    /** PCollections 5.0.0: balanced binary tree keyed by position. */
    PCOLLECTIONS {
        @Override
        Object create(Object[] values) {
            return TreePVector.from(java.util.Arrays.asList(values));
        }

        @Override
        Object set(Object vector, int index, Object value) {
            return pcollections(vector).with(index, value);
        }

        @Override
        Object setAll(Object vector, int[] indexes, Object value) {
            PVector<Object> next = pcollections(vector);
            for (int index : indexes) {
                next = next.with(index, value);
            }
            return next;
        }

        @Override
        long iterate(Object vector) {
            return count(pcollections(vector));
        }

        @SuppressWarnings("unchecked")
        private PVector<Object> pcollections(Object vector) {
            return (PVector<Object>) vector;
        }
    },

    /** Vavr 1.0.1: 32-way trie without a transient mode. */
    VAVR {
        @Override
        Object create(Object[] values) {
            return Vector.of(values);
        }

        @Override
        Object set(Object vector, int index, Object value) {
            return vavr(vector).update(index, value);
        }

        @Override
        Object setAll(Object vector, int[] indexes, Object value) {
            Vector<Object> next = vavr(vector);
            for (int index : indexes) {
                next = next.update(index, value);
            }
            return next;
        }

        @Override
        long iterate(Object vector) {
            return count(vavr(vector));
        }

        @SuppressWarnings("unchecked")
        private Vector<Object> vavr(Object vector) {
            return (Vector<Object>) vector;
        }
    },

    /** Bifurcan 0.2.0-rc1: relaxed radix balanced trie with a transient mode. */
    BIFURCAN {
        @Override
        Object create(Object[] values) {
            List<Object> list = new List<>().linear();
            for (Object value : values) {
                list = list.addLast(value);
            }
            return list.forked();
        }

        @Override
        Object set(Object vector, int index, Object value) {
            return bifurcan(vector).set(index, value);
        }

        @Override
        Object setAll(Object vector, int[] indexes, Object value) {
            List<Object> list = bifurcan(vector).linear();
            for (int index : indexes) {
                list = list.set(index, value);
            }
            return list.forked();
        }

        @Override
        long iterate(Object vector) {
            return count(bifurcan(vector));
        }

        @SuppressWarnings("unchecked")
        private List<Object> bifurcan(Object vector) {
            return (List<Object>) vector;
        }
    };

    /** A vector of {@code values}. */
    abstract Object create(Object[] values);

    /** A vector with one value replaced. */
    abstract Object set(Object vector, int index, Object value);

    /** A vector with many values replaced in one batch, by transient edits where the library has them. */
    abstract Object setAll(Object vector, int[] indexes, Object value);

    /** Reads every value; the sum of their hash codes, so that no read can be left out. */
    abstract long iterate(Object vector);

    private static long count(Iterable<Object> values) {
        long sum = 0;
        for (Object value : values) {
            sum += value.hashCode();
        }
        return sum;
    }
}
