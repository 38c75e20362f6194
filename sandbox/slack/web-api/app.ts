import { fail, type Method, succeed, text } from "#sandbox/slack/web-api/call";

/** What concerns the app itself: who it is, and where its sockets connect. */
export const app: Readonly<Record<string, Method>> = {
  "api.test": {
    scopes: [],
    token: "none",
    handle: (args) => {
      const { token: _, ...shown } = args;
      const error = text(args, "error");
      return error ? fail(error, { args: shown }) : succeed({ args: shown });
    },
  },
  "auth.test": {
    scopes: [],
    token: "bot",
    handle: (_, { workspace, origin }) =>
      succeed({
        url: `${origin()}/`,
        team: workspace.team.name,
        team_id: workspace.team.id,
        user: workspace.bot.name.toLowerCase(),
        user_id: workspace.bot.userId,
        bot_id: workspace.bot.botId,
        is_enterprise_install: false,
      }),
  },
  "apps.connections.open": {
    scopes: ["connections:write"],
    token: "app",
    handle: (_, platform) => succeed({ url: platform.connectSocket() }),
  },
};
