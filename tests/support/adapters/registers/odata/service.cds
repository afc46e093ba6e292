// What the register offers as OData: one child to a page, whoever asks for more.
@path: '/odata' @requires: 'authenticated-user'
service Register {
  @readonly @cds.query.limit.max: 1
  entity Children {
    key id: Integer;
    nhs: String; forename: String; surname: String; sex: String; born: Date; hidden: String;
    street: String; postcode: String; school: String; urn: String; carer: String;
    workers: Composition of many Workers on workers.child = $self;
  }
  @readonly
  entity Workers {
    key id: Integer;
    child: Association to Children;
    name: String; role: String; team: String; telephone: String; email: String;
    began: Date; ended: Date;
  }
}
