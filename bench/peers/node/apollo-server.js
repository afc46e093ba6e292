// Apollo Server as its own documentation starts it.
import { ApolloServer } from '@apollo/server'
import { startStandaloneServer } from '@apollo/server/standalone'
import { resolvers, told } from './agencies.js'

const server = new ApolloServer({ typeDefs: process.argv[3], resolvers })
const { url } = await startStandaloneServer(server, { listen: { port: 0, host: '127.0.0.1' } })
told(url)
