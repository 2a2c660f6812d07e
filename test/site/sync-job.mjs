// The sync job of the reference site: asks the sending Syncthing for a scan and waits until the receiver holds it all.
// usage: sync-job.mjs URL KEY FOLDER RECEIVER SECONDS
const [url, key, folder, receiver, seconds] = process.argv.slice(2);
const headers = { "X-API-Key": key };
const get = async (path) => (await fetch(`${url}${path}`, { headers })).json();

try {
  const scan = await fetch(`${url}/rest/db/scan?folder=${folder}`, { method: "POST", headers });
  if (!scan.ok) throw new Error(`scan: ${await scan.text()}`);
  const until = Date.now() + Number(seconds) * 1000;
  for (;;) {
    const { needItems, needDeletes } = await get(`/rest/db/completion?folder=${folder}&device=${receiver}`);
    const { connections } = await get("/rest/system/connections");
    if (connections[receiver]?.connected && needItems === 0 && needDeletes === 0) break;
    if (Date.now() > until) throw new Error(`the receiver still needs ${needItems} items`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  console.log("synced");
} catch (error) {
  console.error(`sync failed: ${error.message}`);
  process.exit(1);
}
