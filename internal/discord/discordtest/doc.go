// Package discordtest is a fake Discord on loopback: the REST API and the gateway, near enough to the real ones to drive an
// unmodified bot through a test or a simulator. It knows Discord's wire format, its limits and its habits; it knows nothing of
// this bot, and it does not import testing.
//
// [New] starts a [Server]. Point the bot's REST base at [Server.URL] + "/api/v10" and give it [Server.Token]; the gateway's
// address comes from GET /gateway/bot. A test then
//
//   - waits for the bot: [Gateway.Ready], or [Gateway.Wait] for any condition on [Stats];
//   - builds an event: [Server.Command], [Server.Autocomplete], [Server.Button], [Server.Select], [Server.ModalSubmit],
//     [Server.MessageCreate] and its neighbours, and may change any field of the payload;
//   - sends it: [Gateway.Dispatch];
//   - reads what came back: [Server.Response] and [Server.Change] for an interaction, [Server.WaitFor] for any request;
//   - makes trouble: [Server.Inject] for REST, [Gateway.NextDials], [Gateway.Drop], [Gateway.SendOp9] and others for the socket;
//   - and at its end fails if [Server.Problems] is not empty.
//
// What the fake is strict about, beyond Discord itself: each message must carry allowed_mentions that ping nobody, the
// User-Agent must have the documented form, and the application id differs from the bot's user id (as for old applications). A request that
// breaks a limit is answered as Discord would (400, code 50035) and recorded as a problem. To see how a bot copes with a
// refusal, inject one: injected answers are never problems.
//
// What the gateway does unasked, as Discord does: events go only to sessions whose intents and shard cover them; content is
// blanked without the message content intent unless the bot is mentioned; the bot hears its own messages; a session outlives its
// connection and can be resumed, unless the client closed with 1000 or 1001.
//
// Everything is safe for concurrent use. Values handed out are copies. Memory is bounded: the oldest requests, messages and
// interactions are forgotten (see Options.Kept).
package discordtest
