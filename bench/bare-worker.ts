/** The limit to measure against: one Ed25519 verification and the same two written rows, and nothing else. */
interface Bindings {
  readonly DB: D1Database;
  readonly PUBLIC_KEY: string;
}

let key: Promise<CryptoKey> | undefined;
const bytes = (text: string) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));

export default {
  async fetch(request, env) {
    key ??= crypto.subtle.importKey("raw", bytes(env.PUBLIC_KEY), { name: "Ed25519" }, false, ["verify"]);
    const signature = bytes(request.headers.get("x-signature") ?? "");
    const valid = await crypto.subtle.verify("Ed25519", await key, signature, await request.arrayBuffer());
    if (!valid) return new Response(null, { status: 401 });
    const host = request.headers.get("x-host") ?? "";
    await env.DB.prepare("UPDATE beats SET due_at = ? WHERE host = ?").bind(Date.now(), host).run();
    return Response.json({ held: true });
  },
} satisfies ExportedHandler<Bindings>;
