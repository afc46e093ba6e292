// What the servers in Node share: they are told their agencies, and say where they listen.
import { Pool } from 'undici'

export const urls = JSON.parse(process.argv[2])
const pools = Object.fromEntries(
  Object.entries(urls).map(([name, url]) => [name, new Pool(url, { connections: 256 })]),
)

/** The agency's record of a child, by REST. */
async function record(name, { nhs, born }) {
  const path = `/children?nhs=${encodeURIComponent(nhs)}&born=${encodeURIComponent(born)}`
  const { body } = await pools[name].request({ path, method: 'GET' })
  return (await body.json()).children[0]
}

export const resolvers = {
  Query: Object.fromEntries(Object.keys(urls).map((name) => [name, (_, args) => record(name, args)])),
}

/** Say where the server listens, in the line that the bench waits for. */
export function told(url) {
  process.stdout.write(JSON.stringify({ url }) + '\n')
}
