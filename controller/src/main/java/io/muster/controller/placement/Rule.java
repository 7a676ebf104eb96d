package io.muster.controller.placement;

/**
 * The rules that a broker must pass to get a replica, in the order in which they are asked. Every placement asks the same
 * list, and so does whoever explains a placement: the explanation cannot differ from the reason.
 */
public enum Rule {
    /** Only an unfenced broker gets work; one that is stopping or fenced may again later. */
    UNFENCED {
        @Override
        public Answer answer(Candidate c) {
            return c.roster().isLive(c.broker()) ? Answer.YES : Answer.NOT_YET;
        }

        @Override
        public String sentence(Candidate c) {
            return "broker " + id(c)
                    + (c.roster().isLive(c.broker())
                            ? " is unfenced"
                            : " is not unfenced; it can get work when it has joined again");
        }
    },
    /** A broker must carry every tag that the resource asks for. */
    TAGS {
        @Override
        public Answer answer(Candidate c) {
            return c.roster().carries(c.broker(), c.requiredTags()) ? Answer.YES : Answer.NO;
        }

        @Override
        public String sentence(Candidate c) {
            return "broker " + id(c) + (answer(c) == Answer.YES ? " carries" : " does not carry") + " the tags "
                    + c.requiredTags();
        }
    },
    /** One replica of a partition for each broker. */
    ONE_REPLICA {
        @Override
        public Answer answer(Candidate c) {
            return c.isSeated() ? Answer.NO : Answer.YES;
        }

        @Override
        public String sentence(Candidate c) {
            return "broker " + id(c) + (c.isSeated() ? " has a replica of it already" : " has no replica of it");
        }
    },
    /** Replicas are spread over racks, as evenly as the racks that there are allow; a move may not make it worse. */
    RACK {
        @Override
        public Answer answer(Candidate c) {
            int staying = c.stayingInRackOf(c.broker());
            if (staying < c.perRack()) {
                return Answer.YES;
            }
            boolean noWorse = c.leaving() >= 0
                    && c.roster().rack(c.leaving()) == c.roster().rack(c.broker());
            return noWorse ? Answer.YES : Answer.NO;
        }

        @Override
        public String sentence(Candidate c) {
            return "rack " + c.roster().rackName(c.broker()) + " of broker " + id(c) + " would hold "
                    + (c.stayingInRackOf(c.broker()) + 1) + " of its replicas, the limit is " + c.perRack();
        }
    };

    private static final Rule[] ALL = values();

    /** Asks one candidate. */
    public abstract Answer answer(Candidate candidate);

    /** The answer in words. */
    public abstract String sentence(Candidate candidate);

    /** True if every rule says yes. */
    public static boolean allAllow(Candidate candidate) {
        for (Rule rule : ALL) {
            if (rule.answer(candidate) != Answer.YES) {
                return false;
            }
        }
        return true;
    }

    private static int id(Candidate c) {
        return c.roster().id(c.broker());
    }
}
