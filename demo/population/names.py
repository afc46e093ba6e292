"""The names of the borough's people: our own invention, common enough to collide."""

from typing import Final

# fmt: off
GIRLS: Final = (
    "Ada", "Aisling", "Amara", "Anwen", "Asha", "Beatrix", "Briony", "Carys", "Celeste", "Chidi",
    "Cora", "Dahlia", "Delphine", "Edie", "Elodie", "Esme", "Farah", "Fern", "Freya", "Giselle",
    "Hana", "Hester", "Ines", "Ione", "Isla", "Jasmin", "Juno", "Katherine", "Keziah", "Leila",
    "Lorna", "Mabel", "Maeve", "Margaret", "Marisol", "Mina", "Nadia", "Nerys", "Niamh", "Odette",
    "Olena", "Orla", "Petra", "Priya", "Rhona", "Rosalind", "Sabine", "Saoirse", "Selma", "Sunniva",
    "Tabitha", "Tamsin", "Thea", "Uma", "Verity", "Willa", "Xanthe", "Yasmin", "Zadie", "Zofia",
)

BOYS: Final = (
    "Aaron", "Abel", "Alasdair", "Anselm", "Arlo", "Barnaby", "Bertram", "Caleb", "Callum",
    "Cormac", "Dafydd", "Declan", "Dilip", "Edmund", "Emeka", "Ezra", "Fabian", "Felix", "Finlay",
    "Gareth", "Gideon", "Hamish", "Hari", "Idris", "Ikenna", "Ivor", "Jago", "Joachim", "Jude",
    "Kasper", "Kwame", "Lachlan", "Leander", "Lucian", "Magnus", "Malachi", "Marek", "Mateo",
    "Nathaniel", "Niall", "Omar", "Osian", "Percival", "Quentin", "Rafiq", "Reuben", "Rhys",
    "Rohan", "Samson", "Silas", "Tariq", "Theodore", "Tobias", "Ulric", "Vikram", "Wilfred",
    "Xavier", "Yusuf", "Zachary", "Zubair",
)

FAMILIES: Final = (
    "Abernant", "Achterby", "Adeyinka", "Aldermarsh", "Ambrosden", "Applegarth", "Ashdowne",
    "Barrowclough", "Bhandral", "Birchenough", "Blackmere", "Bramwith", "Brindlecombe",
    "Brockhurst", "Calderbank", "Carnforth", "Cartmell", "Chidderly", "Chowbent", "Clewlow",
    "Cobbledick", "Coldbeck", "Cranshaw", "Dalgarth", "Danquah", "Darrowby", "Delafosse",
    "Dunmallard", "Eastlake", "Ebdale", "Elverstone", "Entwhistle", "Fairbeard", "Farrantly",
    "Fellgate", "Fernyhough", "Fishwyke", "Gallowhill", "Garstang", "Gathercole", "Goldthwaite",
    "Greenhalgh", "Grimsargh", "Halloran", "Harkaway", "Hathersedge", "Heatherslaw", "Hesketh",
    "Hollowood", "Holmfirth", "Iddesleigh", "Inchbald", "Jaggard", "Jagtiani", "Kellaway",
    "Kettlewell", "Kirkbride", "Kowalik", "Langstroth", "Larkhill", "Leadbeater", "Lindisfarne",
    "Lovelock", "Lythgoe", "Maddox", "Makinwa", "Mallinder", "Marchbank", "Marrable", "Meadowcroft",
    "Mellorby", "Midgley", "Mockridge", "Molyneaux", "Nadkarni", "Netherwood", "Nightingale",
    "Norcliffe", "Oakenshaw", "Ockleford", "Ogunlade", "Orrell", "Osgathorpe", "Padgham",
    "Pennywell", "Petherick", "Pickersgill", "Pinnegar", "Quarmby", "Quickfall", "Rainsough",
    "Ravenscar", "Rawtenstall", "Redmayne", "Ridsdale", "Ruddlesden", "Sallowfield",
    "Satterthwaite", "Scattergood", "Sedgewick", "Shillibeer", "Skelhorn", "Slaithwaite",
    "Sowerbutts", "Standish", "Stavely", "Sunderji", "Swarbrick", "Tattersall", "Thackray",
    "Thornicroft", "Threlfall", "Tinniswood", "Trelawney", "Tuplin", "Uddin-Marsh", "Ullathorne",
    "Varley", "Venables", "Wadeson", "Wainscott", "Walmersley", "Weatherhogg", "Whitworth",
    "Wigglesworth", "Winterbourne", "Wolstenholme", "Wrigglesworth", "Yarwood", "Yeardley",
    "Zielony",
)

# fmt: on

NICKNAMES: Final = {
    "Beatrix": "Bea",
    "Callum": "Cal",
    "Edmund": "Ned",
    "Finlay": "Fin",
    "Katherine": "Kit",
    "Magnus": "Manny",
    "Margaret": "Peggy",
    "Nathaniel": "Nat",
    "Percival": "Percy",
    "Rosalind": "Roz",
    "Samson": "Sam",
    "Tabitha": "Tabby",
    "Theodore": "Ted",
    "Tobias": "Toby",
    "Wilfred": "Wilf",
    "Zachary": "Zak",
}
