// Mercurius on Fastify, with its just-in-time compiler.
import Fastify from 'fastify'
import mercurius from 'mercurius'
import { resolvers, told } from './agencies.js'

const app = Fastify()
app.register(mercurius, { schema: process.argv[3], resolvers, jit: 1 })
await app.listen({ port: 0, host: '127.0.0.1' })
told(`http://127.0.0.1:${app.server.address().port}/graphql`)
