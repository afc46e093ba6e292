// Apollo Gateway in Apollo Server, over a supergraph.
import { ApolloGateway } from '@apollo/gateway'
import { ApolloServer } from '@apollo/server'
import { startStandaloneServer } from '@apollo/server/standalone'
import { told } from './agencies.js'

const gateway = new ApolloGateway({ supergraphSdl: process.argv[3], logger: { ...console, info() {}, debug() {} } })
const server = new ApolloServer({ gateway })
const { url } = await startStandaloneServer(server, { listen: { port: 0, host: '127.0.0.1' } })
told(url)
