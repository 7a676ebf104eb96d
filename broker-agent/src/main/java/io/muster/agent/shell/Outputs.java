package io.muster.agent.shell;

import io.muster.agent.core.AgentOutputs;
import io.muster.agent.core.Callback;
import io.muster.agent.core.OwnershipHandle;
import io.muster.agent.rpc.FeedClient;
import io.muster.agent.rpc.SessionClient;
import io.muster.agent.work.CallbackRunner;
import io.muster.rpc.v1.SessionUp;

/** Hands what the core wants to those who do it. */
record Outputs(SessionClient session, FeedClient feed, CallbackRunner runner, Inbox inbox) implements AgentOutputs {
    @Override
    public void connect(long stream, String endpoint) {
        session.connect(stream, endpoint);
    }

    @Override
    public void disconnect(long stream) {
        session.disconnect(stream);
    }

    @Override
    public void send(long stream, SessionUp message) {
        session.send(stream, message);
    }

    @Override
    public void run(Callback callback) {
        runner.run(callback);
    }

    @Override
    public void reopenFeed(String because) {
        feed.reopen(because);
    }

    @Override
    public void drained(OwnershipHandle ownership) {
        inbox.drained(ownership);
    }
}
