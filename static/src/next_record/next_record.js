import { registry } from "@web/core/registry";

/** Opens an action in the place of the current one: going through a pile leaves no long trail. */
registry.category("actions").add("collection_replace", (env, action) =>
    env.services.action.doAction(action.params.action, {
        stackPosition: "replaceCurrentAction",
    })
);
