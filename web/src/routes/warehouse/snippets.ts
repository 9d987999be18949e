/**
 * Programs that read the feed, ready to paste. Code is the same in every language; the secret is left as a
 * word in capitals, because nobody should copy one from a page.
 */

export interface SnippetValues {
  origin: string;
  tenantId: string;
  /** The feed's path root, ending with a slash. */
  root: string;
  duckdbAttach: string;
}

export const TOOLS = ['powerBi', 'pandas', 'duckdb', 'curl'] as const;
export type Tool = (typeof TOOLS)[number];

/** The name under which existing clients ask for a warehouse token. */
const SCOPE = 'https://api.manage.microsoft.com/.default';

function powerQuery({ origin, tenantId, root }: SnippetValues): string {
  return `let
  Form = "grant_type=client_credentials&client_id=CLIENT_ID&client_secret="
    & Uri.EscapeDataString("CLIENT_SECRET") & "&scope=" & Uri.EscapeDataString("${SCOPE}"),
  Answer = Json.Document(Web.Contents("${origin}/${tenantId}/oauth2/v2.0/token",
    [Content = Text.ToBinary(Form), Headers = [#"Content-Type" = "application/x-www-form-urlencoded"]])),
  Feed = OData.Feed("${root}", [Authorization = "Bearer " & Answer[access_token]], [Implementation = "2.0"])
in
  Feed`;
}

function pandas({ origin, tenantId, root }: SnippetValues): string {
  return `# pip install msal requests pandas
import msal, pandas, requests

app = msal.ConfidentialClientApplication(
    "CLIENT_ID", client_credential="CLIENT_SECRET",
    authority="${origin}/${tenantId}", instance_discovery=False, verify="ca.pem")
token = app.acquire_token_for_client(["${SCOPE}"])["access_token"]

url, rows = "${root}devices", []
while url:
    answer = requests.get(url, headers={"Authorization": f"Bearer {token}"}, verify="ca.pem")
    answer.raise_for_status()
    page = answer.json()
    rows += page["value"]
    url = page.get("@odata.nextLink")
devices = pandas.DataFrame(rows)`;
}

function duckdb({ duckdbAttach }: SnippetValues): string {
  return `INSTALL ducklake; LOAD ducklake;
INSTALL sqlite;   LOAD sqlite;
ATTACH '${duckdbAttach}' AS warehouse (READ_ONLY);
SELECT count(*) FROM warehouse.devices;`;
}

function curl({ origin, tenantId, root }: SnippetValues): string {
  return `TOKEN=$(curl --silent --cacert ca.pem ${origin}/${tenantId}/oauth2/v2.0/token \\
  --data grant_type=client_credentials --data client_id=CLIENT_ID \\
  --data-urlencode client_secret=CLIENT_SECRET \\
  --data-urlencode scope=${SCOPE} | jq --raw-output .access_token)
curl --cacert ca.pem --header "Authorization: Bearer $TOKEN" "${root}devices?\\$top=10"`;
}

export function snippet(tool: Tool, values: SnippetValues): string {
  switch (tool) {
    case 'powerBi':
      return powerQuery(values);
    case 'pandas':
      return pandas(values);
    case 'duckdb':
      return duckdb(values);
    case 'curl':
      return curl(values);
  }
}
