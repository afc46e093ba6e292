// The supergraph of the agencies' schemas: a JSON object of names and schemas in, SDL out.
import { composeServices } from '@apollo/composition'
import { parse } from 'graphql'

const subgraphs = JSON.parse(process.argv[2])
const { errors, supergraphSdl } = composeServices(
  subgraphs.map(({ name, url, schema }) => ({ name, url, typeDefs: parse(schema) })),
)
if (errors) throw new Error(errors.map(String).join('\n'))
process.stdout.write(supergraphSdl)
