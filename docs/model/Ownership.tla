------------------------------ MODULE Ownership ------------------------------
(* Who may act for one partition, and until when: Muster's ownership protocol, small enough for TLC to visit every state.
   README.md says what is left out and why that loses nothing, or what it loses. Names in (round brackets) are classes.

   Time: one Tick is one unit of real time; everything else takes none. A monotonic clock may run wrong by a rate that makes at
   most Drift units in one lease or session. Only the worst case is kept: broker clocks are slow, so a lease holds for
   Lease + Drift real units after the heartbeat was sent; the controller's is right. "A drift margin" is thus
   Lease + Drift <= Session. Counters count down to or up to what matters and stop there, so time needs no horizon. *)
EXTENDS Naturals, Sequences, FiniteSets, TLC

CONSTANTS
    Brokers, Controllers, NoOne,
    Lease, Drift, Session,  \* broker.lease.ms, the drift margin and broker.session.timeout.ms, in units
    MaxOffset,              \* decisions in one history, the first image counted
    MaxTerm,                \* elections, the first counted
    MaxCrashes,             \* of brokers; each may start again
    Transit,                \* TRUE: heartbeats and answers take time; FALSE: they take none, or are lost
    Bug                     \* "none", or the one rule that is switched off

VARIABLES
    log,       \* images: log[i] is the image at offset i; Gone where nobody needs it any more
    term,      \* per controller: the term in which it believes to lead; 0 when it knows that it does not
    flight,    \* the leading controller's batch under way, or NoBatch
    stray,     \* a batch that was under way when its controller was deposed and may still reach the log, or NoBatch
    usurped,   \* a batch of a deposed controller has changed an image
    quiet,     \* the leading controller's roster (Roster, BrokerTrack): units since the heartbeat that it answered last, or since
               \* its clocks started; this is lastContactNs and leaseEndNs in one. Off when the broker is not watched
    owed,      \*   ... the offset that the broker's image must reach before it gets a lease (requiredOffset); 0 when reached
    withheld,  \*   ... brokers that get no further lease, because they did not release in time
    up,        \* the broker's process runs
    start,     \* the number of its process: its incarnation
    applied,   \* the offset of the broker's own image; 0 while it is down
    lease,     \* real units for which its lease holds at the most; 0 when it is over (Lease)
    from,      \* offset from which leadership under this lease may be acted on (usableFromOffset); 0 when reached
    closing,   \* its guard was closed by the image, and an action that began before is still running (OwnershipHandle)
    message,   \* the broker's newest heartbeat on its way or waiting at a controller, or the answer on its way back; or Nothing
    acks       \* <<broker, leader epoch>>: "released", on its way or delivered; may be heard any number of times

roster == <<quiet, owed, withheld>>
process == <<up, start, applied, lease, from, closing>>
vars == <<log, term, flight, stray, usurped, roster, process, message, acks>>

(* One model value, which is equal to nothing else, stands for all that is absent. *)
Gone == NoOne
NoBatch == NoOne
Nothing == NoOne
LongestLease == Lease + Drift

Max(a, b) == IF a > b THEN a ELSE b
Min(a, b) == IF a < b THEN a ELSE b
Less(n) == IF n > 0 THEN n - 1 ELSE 0
Long == Max(Session, LongestLease)
Off == Long + 1

Offset == Len(log)
Image == log[Offset]
Newest == CHOOSE t \in 1..MaxTerm : /\ \E c \in Controllers : term[c] = t
                                    /\ \A c \in Controllers : term[c] <= t

(* What nobody reads any more is forgotten, so that histories which led to the same present are one state. *)
Trim(entries, offsets) ==
    LET low == CHOOSE i \in 1..Len(entries) :
                   /\ \A b \in Brokers : up[b] => i <= offsets[b]
                   /\ i = Len(entries) \/ \E b \in Brokers : up[b] /\ i = offsets[b]
    IN [i \in 1..Len(entries) |-> IF i < low THEN Gone ELSE entries[i]]

Init ==
    /\ \E b \in Brokers :
           log = << [lead |-> b, releasing |-> NoOne, epoch |-> 1, live |-> Brokers,
                     number |-> [x \in Brokers |-> 1]] >>
    /\ term = [c \in Controllers |-> IF c = CHOOSE x \in Controllers : TRUE THEN 1 ELSE 0]
    /\ flight = NoBatch /\ stray = NoBatch /\ usurped = FALSE
    /\ quiet = [b \in Brokers |-> 0]
    /\ owed = [b \in Brokers |-> 0]
    /\ withheld = {}
    /\ up = [b \in Brokers |-> TRUE]
    /\ start = [b \in Brokers |-> 1]
    /\ applied = [b \in Brokers |-> 1]
    /\ lease = [b \in Brokers |-> 0]
    /\ from = [b \in Brokers |-> 0]
    /\ closing = [b \in Brokers |-> FALSE]
    /\ message = [b \in Brokers |-> Nothing]
    /\ acks = {}

-------------------------------------------------------------------------------
(* The log. Raft itself is taken as given: one leader in each term, and only the leader of the newest term commits. *)

(* Fenced brokers that hold nothing up need no clock. *)
IsWatched(b, image) == b \in image.live \/ b = image.releasing

(* The batch at the next offset is applied: the leading controller's roster follows (Roster.follow). *)
Take(image) ==
    LET next == Offset + 1
        anew(b) == image.number[b] # Image.number[b]
        fencedNow(b) == b \in Image.live /\ b \notin image.live
        settled(b) == b \in withheld /\ image.releasing # b
    IN /\ log' = Trim(log \o <<image>>, applied)
       /\ quiet' = [b \in Brokers |->
              IF ~IsWatched(b, image) THEN Off
              ELSE IF quiet[b] # Off THEN quiet[b]
              ELSE IF Bug = "UnfencedWithoutClock" THEN Off ELSE 0]
       /\ owed' = [b \in Brokers |->
              IF up[b] /\ (anew(b) \/ fencedNow(b) \/ settled(b)) THEN next ELSE owed[b]]
       /\ withheld' = {b \in withheld : ~settled(b) /\ ~anew(b)}
       (* What can match nothing any more is forgotten: a stray batch for this offset, acks of an older leader epoch. *)
       /\ stray' = NoBatch
       /\ acks' = {a \in acks : a[2] = image.epoch}

-------------------------------------------------------------------------------
(* Decisions: functions of the newest image, as in the package decide. Placement is free: whoever is live may be next. *)

(* The images in which the partition is granted on after b (Steps.grant). *)
GrantedOn(image, b) ==
    LET others == image.live \ {b}
        next == IF others # {} THEN others ELSE image.live
    IN IF next = {}
       THEN {[image EXCEPT !.lead = NoOne, !.releasing = NoOne]}
       ELSE {[image EXCEPT !.lead = n, !.releasing = NoOne,
                           !.epoch = IF Bug = "GrantKeepsEpoch" THEN @ ELSE Offset + 1] : n \in next}

(* ... if there was anything to grant on (Steps.lose, LEASE_OVER). *)
Lost(image, b) == IF b \in {image.lead, image.releasing} THEN GrantedOn(image, b) ELSE {image}

(* Taken back; granted on once it is released or the lease is over (Steps.revoke). *)
Revoked(image, b) == IF image.lead = b THEN [image EXCEPT !.lead = NoOne, !.releasing = b] ELSE image

Fenced(image, b) == [image EXCEPT !.live = @ \ {b}]

(* The broker's process is gone: its port refuses, or another process answers there (Suspicion). *)
IsGone(b) == ~up[b] \/ start[b] # Image.number[b]

(* A decision. A verdict takes time to be committed, and from the verdict on its broker gets no lease. Any other decision rests on
   what nothing can change before it is committed (an ack, a lease that is over and is not renewed), so it is committed at once. *)
Decide(images) ==
    /\ flight = NoBatch
    /\ Offset < MaxOffset
    /\ \E image \in images : Take(image)
    /\ UNCHANGED <<term, flight, usurped, process, message>>

Condemn(b, images) ==
    /\ flight = NoBatch
    /\ Offset < MaxOffset
    /\ \E image \in images : flight' = [image |-> image, base |-> Offset, condemned |-> b]
    /\ UNCHANGED <<log, term, stray, usurped, roster, process, message, acks>>

(* Judge + FenceBroker(SESSION_TIMEOUT). *)
FenceSilent(b) ==
    /\ b \in Image.live
    /\ quiet[b] # Off /\ quiet[b] >= Session
    /\ Condemn(b, IF Bug = "FencedKeepsWork"
                  THEN {Fenced(Image, b)} ELSE Lost(Fenced(Image, b), b))

(* FenceBroker(PROOF_OF_DEATH). *)
FenceGone(b) ==
    /\ b \in Image.live
    /\ IsGone(b) \/ Bug = "BrokenStreamIsProof"
    /\ Condemn(b, Lost(Fenced(Image, b), b))

(* FenceBroker(OPERATOR or GRAY_FAILURE): it may still act. *)
FenceActing(b) ==
    /\ b \in Image.live
    /\ Decide({Fenced(Revoked(Image, b), b)})

(* A planned hand-over begins (MoveLeader, StopBroker, a move's last step). *)
Revoke(b) ==
    /\ Image.lead = b /\ b \in Image.live
    /\ Decide({Revoked(Image, b)})

(* ReportReleased: the ack names the leader epoch that was given back. *)
Released(b) ==
    /\ Image.releasing = b
    /\ <<b, Image.epoch>> \in acks
    /\ Decide(GrantedOn(Image, b))

(* Duties.endHandOvers + LeaseOver: only while the lease cannot be renewed. *)
LeaseOver(b) ==
    /\ Image.releasing = b
    /\ b \notin Image.live \/ b \in withheld
    /\ quiet[b] >= LongestLease \/ Bug = "GrantBeforeLeaseOver"
    /\ Decide(GrantedOn(Image, b))

(* UnfenceBroker: it has applied what it must. What nobody leads is granted in the same batch. *)
Unfence(b) ==
    /\ b \notin Image.live
    /\ ~IsGone(b) /\ owed[b] = 0
    /\ LET image == [Image EXCEPT !.live = @ \cup {b}]
       IN Decide(IF Image.lead = NoOne /\ Image.releasing = NoOne THEN GrantedOn(image, NoOne) ELSE {image})

(* RegisterBroker by process number n, which was started at some time (0: before the model begins); the message may be late or come
   again. It holds the lock on the storage directory, so what is older is dead and its lease with it. What comes of an older one
   than the registered is refused by its start number. *)
Register(b, n) ==
    /\ n <= start[b]
    /\ IF Bug = "LateRegistrationTakesOver" THEN n # Image.number[b] ELSE n > Image.number[b]
    /\ Decide(Lost([Fenced(Image, b) EXCEPT !.number[b] = n], b))

(* Duties.endHandOvers: no ack in time. *)
Withhold(b) ==
    /\ Image.releasing = b /\ b \in Image.live /\ b \notin withheld
    /\ withheld' = withheld \cup {b}
    /\ UNCHANGED <<log, term, flight, stray, usurped, quiet, owed, process, message, acks>>

Commit ==
    /\ flight # NoBatch
    /\ Take(flight.image)
    /\ flight' = NoBatch
    /\ UNCHANGED <<term, usurped, process, message>>

(* Another voter is elected, has applied everything, and is active (Liveness.activate): every clock starts now, what the
   predecessor granted is over within a session, and whoever is behind this image gets no lease before it has caught up. The
   predecessor never notices, which is the worst case. Its batch under way was replicated to the new one, or it is lost, or it
   is still on its way. *)
Elect(c) ==
    /\ Newest < MaxTerm
    /\ term[c] # Newest
    /\ term' = [term EXCEPT ![c] = Newest + 1]
    /\ \/ flight = NoBatch /\ log' = log /\ stray' = stray
       \/ flight # NoBatch /\ log' = Trim(log \o <<flight.image>>, applied) /\ stray' = stray
       \/ flight # NoBatch /\ log' = log /\ stray' = flight
    /\ flight' = NoBatch
    /\ LET image == log'[Len(log')]
       IN /\ quiet' = [b \in Brokers |->
                 IF ~IsWatched(b, image) THEN Off
                 ELSE IF Bug = (IF b \in image.live THEN "ClocksGoOn" ELSE "PredecessorForgotten") THEN Long ELSE 0]
          /\ acks' = {a \in acks : a[2] = image.epoch}
    /\ owed' = [b \in Brokers |-> IF up[b] /\ applied[b] < Len(log') THEN Len(log') ELSE 0]
    /\ withheld' = {}
    /\ UNCHANGED <<usurped, process, message>>

(* A deposed controller's batch reaches the log in a later term: it does not count (Replica). *)
StrayArrives ==
    /\ stray # NoBatch
    /\ IF Bug = "DeposedBatchCounts" /\ stray.base = Offset
       THEN Take(stray.image) /\ usurped' = TRUE
       ELSE stray' = NoBatch /\ UNCHANGED <<log, roster, acks, usurped>>
    /\ flight' = IF Bug = "DeposedBatchCounts" THEN NoBatch ELSE flight
    /\ UNCHANGED <<term, process, message>>

-------------------------------------------------------------------------------
(* Heartbeats and leases. *)

Own(b) == log[applied[b]]
IsRegistered(b) == up[b] /\ Own(b).number[b] = start[b]

(* The leading controller may grant b a lease (Renewals.confirm). From a verdict on it does not. *)
IsEligible(b) ==
    /\ b \in Image.live /\ ~IsGone(b)
    /\ flight # NoBatch => flight.condemned # b \/ Bug = "CondemnedIsRenewed"
    /\ b \notin withheld
    /\ owed[b] = 0

(* A heartbeat is answered only when it is confirmed (Appends): an entry that this controller handed in after the arrival was
   applied in its own term. Such an entry there is if, and only if, at some moment after the arrival the controller still leads the
   newest term; that moment is the step in which this is asked. *)
IsConfirmed(t) == t = Newest

(* The answer to a heartbeat of which `left` units of lease are left, given in term t. *)
Granted(b, t, left) ==
    IF IsConfirmed(t)
    THEN /\ IsEligible(b)
         /\ quiet' = [quiet EXCEPT ![b] = Min(@, LongestLease - left)]
    ELSE /\ Bug = "AnsweredUnconfirmed"
         /\ quiet' = quiet

(* The lease counts from when the heartbeat was sent. It goes on, or a new one begins, which may be used only with an image as
   new as the grantor's (AgentCore.renewed, Lease). *)
Extended(b, left, offset) ==
    /\ lease' = [lease EXCEPT ![b] = Max(@, IF Bug = "LeaseCountsFromAnswer" THEN LongestLease ELSE left)]
    /\ from' = IF lease[b] > 0 THEN from ELSE [from EXCEPT ![b] = IF offset > applied[b] THEN offset ELSE 0]

(* Without transit: sent, confirmed, answered and received at once. *)
RoundTrip(b, c) ==
    /\ ~Transit
    /\ IsRegistered(b) /\ term[c] # 0
    /\ Granted(b, term[c], LongestLease)
    /\ Extended(b, LongestLease, Offset)
    /\ UNCHANGED <<log, term, flight, stray, usurped, owed, withheld, up, start, applied, closing, message, acks>>

(* With transit: to whoever says that it leads. What was on its way before belongs to an older heartbeat and is lost. *)
Send(b, c) ==
    /\ Transit
    /\ IsRegistered(b) /\ term[c] # 0
    /\ message' = [message EXCEPT ![b] = [at |-> term[c], left |-> LongestLease, from |-> 0]]
    /\ UNCHANGED <<log, term, flight, stray, usurped, roster, process, acks>>

Answer(b) ==
    /\ message[b] # Nothing /\ message[b].at # 0
    /\ Granted(b, message[b].at, message[b].left)
    /\ message' = [message EXCEPT ![b].at = 0, ![b].from = IF applied[b] < Offset THEN Offset ELSE 0]
    /\ UNCHANGED <<log, term, flight, stray, usurped, owed, withheld, process, acks>>

Receive(b) ==
    /\ message[b] # Nothing /\ message[b].at = 0
    /\ Extended(b, message[b].left, message[b].from)
    /\ message' = [message EXCEPT ![b] = Nothing]
    /\ UNCHANGED <<log, term, flight, stray, usurped, roster, up, start, applied, closing, acks>>

-------------------------------------------------------------------------------
(* Brokers. *)

MayLead(b, image) ==
    /\ image.lead = b /\ b \in image.live /\ image.number[b] = start[b]

(* The agent opens an ownership as soon as it may (Seats.lead) and closes it when the image takes it back (closeIfLost). *)
HasOpenGuard(b) == up[b] /\ lease[b] > 0 /\ from[b] = 0 /\ MayLead(b, Own(b))

(* Acts for the partition: something may begin under its ownership, or that has begun goes on under a lease. *)
Owns(b) == HasOpenGuard(b) \/ (closing[b] /\ lease[b] > 0)

Apply(b) ==
    LET next == applied[b] + 1
        lost == HasOpenGuard(b) /\ ~(MayLead(b, log[next]) /\ log[next].epoch = Own(b).epoch)
    IN /\ up[b] /\ applied[b] < Offset
       /\ applied' = [applied EXCEPT ![b] = next]
       /\ from' = [from EXCEPT ![b] = IF @ > next THEN @ ELSE 0]
       /\ owed' = [owed EXCEPT ![b] = IF @ > next THEN @ ELSE 0]
       /\ \E running \in IF lost THEN BOOLEAN ELSE {closing[b]} : closing' = [closing EXCEPT ![b] = running]
       /\ log' = Trim(log, applied')
       /\ UNCHANGED <<term, flight, stray, usurped, quiet, withheld, up, start, lease, message, acks>>

(* The last guarded action ends. *)
Drain(b) ==
    /\ closing[b]
    /\ closing' = [closing EXCEPT ![b] = FALSE]
    /\ UNCHANGED <<log, term, flight, stray, usurped, roster, up, start, applied, lease, from, message, acks>>

(* "Released", once nothing runs under the ownership any more. *)
Ack(b) ==
    /\ IsRegistered(b)
    /\ Own(b).releasing = b
    /\ ~closing[b] \/ Bug = "AckedWhileActing"
    /\ Own(b).epoch = Image.epoch
    /\ acks' = acks \cup {<<b, Own(b).epoch>>}
    /\ UNCHANGED <<log, term, flight, stray, usurped, roster, process, message>>

Crash(b) ==
    /\ up[b]
    /\ Cardinality({<<x, n>> \in Brokers \X (1..MaxCrashes + 1) : n < start[x] \/ (n = start[x] /\ ~up[x])}) < MaxCrashes
    /\ up' = [up EXCEPT ![b] = FALSE]
    /\ applied' = [applied EXCEPT ![b] = 0]
    /\ lease' = [lease EXCEPT ![b] = 0]
    /\ from' = [from EXCEPT ![b] = 0]
    /\ closing' = [closing EXCEPT ![b] = FALSE]
    /\ owed' = [owed EXCEPT ![b] = 0]
    /\ message' = [message EXCEPT ![b] = Nothing]
    /\ UNCHANGED <<log, term, flight, stray, usurped, quiet, withheld, start, acks>>

(* A new process. An image older than its registration shows it nothing to act on, so it may as well begin with the newest. *)
Restart(b) ==
    /\ ~up[b]
    /\ up' = [up EXCEPT ![b] = TRUE]
    /\ start' = [start EXCEPT ![b] = @ + 1]
    /\ applied' = [applied EXCEPT ![b] = Offset]
    /\ UNCHANGED <<log, term, flight, stray, usurped, roster, lease, from, closing, message, acks>>

Tick ==
    /\ lease' = [b \in Brokers |-> Less(lease[b])]
    /\ closing' = [b \in Brokers |-> closing[b] /\ lease[b] > 1]
    /\ from' = [b \in Brokers |-> IF lease[b] > 1 THEN from[b] ELSE 0]
    /\ message' = [b \in Brokers |->
           IF message[b] = Nothing \/ message[b].left = 1 THEN Nothing ELSE [message[b] EXCEPT !.left = @ - 1]]
    /\ quiet' = [b \in Brokers |-> IF quiet[b] < Long THEN quiet[b] + 1 ELSE quiet[b]]
    /\ UNCHANGED <<log, term, flight, stray, usurped, owed, withheld, up, start, applied, acks>>

Next ==
    \/ Tick \/ Commit \/ StrayArrives
    \/ \E c \in Controllers : Elect(c)
    \/ \E b \in Brokers :
           \/ FenceSilent(b) \/ FenceGone(b) \/ FenceActing(b) \/ Unfence(b)
           \/ Revoke(b) \/ Released(b) \/ LeaseOver(b) \/ Withhold(b)
           \/ \E n \in 0..(MaxCrashes + 1) : Register(b, n)
           \/ \E c \in Controllers : RoundTrip(b, c) \/ Send(b, c)
           \/ Answer(b) \/ Receive(b)
           \/ Apply(b) \/ Drain(b) \/ Ack(b) \/ Crash(b) \/ Restart(b)

Spec == Init /\ [][Next]_vars

Symmetry == Permutations(Brokers)

-------------------------------------------------------------------------------
(* What must hold. The numbers are those of docs/architecture.md. *)

(* 1 *)
OneControllerActsPerTerm ==
    /\ ~usurped
    /\ \A c, d \in Controllers : c # d /\ term[c] # 0 => term[c] # term[d]

(* 4 *)
EpochsRiseStrictly ==
    [][ LET new == log'[Len(log')]
        IN /\ new.epoch >= Image.epoch
           /\ new.lead # NoOne /\ new.lead # Image.lead => new.epoch > Image.epoch
           /\ \A b \in Brokers : new.number[b] >= Image.number[b] ]_log

(* 5 *)
OneValidOwner == \A a, b \in Brokers : Owns(a) /\ Owns(b) => a = b

(* 6 *)
FencedLeadsNothing ==
    /\ Image.lead # NoOne => Image.lead \in Image.live
    /\ Image.lead # NoOne => Image.releasing = NoOne

(* 7 *)
EveryLiveBrokerHasADeadline == \A b \in Image.live : quiet[b] # Off

-------------------------------------------------------------------------------
(* What must be possible, said as what never happens: TLC has to find each of these violated, or the model is vacuous. *)

(* An ack moves the partition while the old owner's lease still holds. *)
NeverHandedOver ==
    [][ ~ \E b \in Brokers : /\ Image.releasing = b /\ lease[b] > 0
                             /\ <<b, Image.epoch>> \in acks
                             /\ log'[Len(log')].lead \notin {b, NoOne} ]_log

(* The second controller fences the owner and grants the partition to another. *)
NeverGrantedBySecond ==
    [][ ~ (Newest > 1 /\ term' = term /\ Image.lead # NoOne /\ log'[Len(log')].lead \notin {Image.lead, NoOne}) ]_log

(* The second controller renews a lease that the first one granted, and that holds still. *)
NeverRenewedByBoth ==
    [][ ~ (Newest > 1 /\ \E b \in Brokers : /\ lease[b] > 0 /\ lease[b] < LongestLease - quiet[b]
                                           /\ lease'[b] > lease[b]) ]_lease

(* A broker was paused, and another owns what it still believes to lead. *)
NeverOvertaken ==
    ~ \E a, b \in Brokers : a # b /\ Owns(a) /\ up[b] /\ MayLead(b, Own(b))

(* A new process of a broker owns. *)
NeverOwnedAfterRestart == \A b \in Brokers : start[b] > 1 => ~Owns(b)

(* A deposed controller's batch reaches the log. *)
NeverStray == stray = NoBatch

===============================================================================
