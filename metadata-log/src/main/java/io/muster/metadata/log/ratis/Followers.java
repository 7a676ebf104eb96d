package io.muster.metadata.log.ratis;

import java.util.ArrayList;
import java.util.List;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.proto.RaftProtos.ServerRpcProto;
import org.apache.ratis.server.DivisionInfo;

/** The followers of a leading division. Stateless. */
final class Followers {
    private Followers() {}

    /** Empty unless this division leads. Ratis lists ids and match indices in the same order, in two calls. */
    static List<Handover.Follower> of(DivisionInfo info) {
        RoleInfoProto role = info.getRoleInfoProto();
        long[] matched = info.getFollowerMatchIndices();
        List<Handover.Follower> followers = new ArrayList<>();
        if (!role.hasLeaderInfo()) {
            return followers;
        }
        List<ServerRpcProto> listed = role.getLeaderInfo().getFollowerInfoList();
        for (int i = 0; i < listed.size(); i++) {
            ServerRpcProto follower = listed.get(i);
            followers.add(new Handover.Follower(
                    Integer.parseInt(follower.getId().getId().toStringUtf8()),
                    matched != null && i < matched.length ? matched[i] : -1,
                    follower.getLastRpcElapsedTimeMs()));
        }
        return followers;
    }
}
