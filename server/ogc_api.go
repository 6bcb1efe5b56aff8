package server

import "encoding/json"

// openAPIKind is the media type of a description by OpenAPI 3.0.
const openAPIKind = "application/vnd.oai.openapi+json;version=3.0"

// ogcAPI describes the API by OpenAPI 3.0, as the standard asks: each collection with its own conditions, so that a client that offers them to a person offers those there are.
func (s *Server) ogcAPI(c *ogcCall) (*ogcAnswer, error) {
	if err := c.only(); err != nil {
		return nil, err
	}
	type object = map[string]any
	query := func(name, about string, schema object) object {
		return object{"name": name, "in": "query", "required": false, "description": about, "schema": schema, "style": "form", "explode": false}
	}
	text := object{"type": "string"}
	crs := object{"type": "string", "format": "uri", "enum": []string{crs84, epsg3006}, "default": crs84}
	form := query("f", c.say("Form", "Form"), object{"type": "string", "enum": []string{"json", "html"}})
	answer := func(kind string, schema object) object {
		return object{
			"200": object{"description": c.say("Svaret", "The answer"), "content": object{kind: object{"schema": schema}, "text/html": object{"schema": text}}},
			"default": object{"description": c.say("Varför det inte gick", "Why it failed"), "content": object{"application/problem+json": object{"schema": object{
				"type": "object", "required": []string{"title", "status"}, "properties": object{"title": text, "status": object{"type": "integer"}, "detail": text, "type": text}}}}},
		}
	}
	get := func(id, about, kind string, schema object, parameters ...object) object {
		return object{"get": object{"operationId": id, "summary": about, "parameters": parameters, "responses": answer(kind, schema)}}
	}
	links := object{"type": "array", "items": object{"type": "object", "required": []string{"href", "rel"}, "properties": object{"href": text, "rel": text, "type": text, "title": text}}}
	feature := object{"type": "object", "required": []string{"type", "geometry", "properties"}, "properties": object{
		"type": object{"type": "string", "enum": []string{"Feature"}}, "id": text, "properties": object{"type": "object"}, "links": links,
		"geometry": object{"type": "object", "nullable": true, "required": []string{"type", "coordinates"}, "properties": object{"type": object{"type": "string", "enum": []string{"MultiPolygon"}}, "coordinates": object{"type": "array", "items": object{}}}}}}
	features := object{"type": "object", "required": []string{"type", "features"}, "properties": object{"type": object{"type": "string", "enum": []string{"FeatureCollection"}},
		"features": object{"type": "array", "items": feature}, "links": links, "numberMatched": object{"type": "integer", "minimum": 0}, "numberReturned": object{"type": "integer", "minimum": 0}}}
	collection := object{"type": "object", "required": []string{"id", "links"}, "properties": object{"id": text, "title": text, "description": text, "links": links, "itemType": text,
		"crs": object{"type": "array", "items": text}, "storageCrs": text, "extent": object{"type": "object"}}}
	figures := []object{
		{"name": shown, "in": "query", "required": false, "style": "form", "explode": true, "schema": object{"type": "array", "items": text, "maxItems": 50},
			"description": c.say("Nyckeltal, som i kartors adresser: background:SharePersons:total. Utan det ges de som varje tabellfamilj läses för", "Figures, as in the addresses of maps: background:SharePersons:total. Without it, those that each family of tables is read for")},
		query(chosenYear, c.say("År för nyckeltalen, det senaste om inget sägs", "Year of the figures, the latest when none is said"), text),
	}
	// Areas may also be had as a file to take home.
	packed := func(path object) object {
		call := path["get"].(object)
		call["parameters"] = append(call["parameters"].([]object), query("f", c.say("Form", "Form"), object{"type": "string", "enum": []string{"json", "html", "gpkg"}}))
		call["responses"].(object)["200"].(object)["content"].(object)[geoPackageKind] = object{"schema": object{"type": "string", "format": "binary"}}
		return path
	}
	paths := object{
		"/":            get("landing", c.say("Vad som finns", "What there is"), "application/json", object{"type": "object", "required": []string{"links"}, "properties": object{"links": links, "title": text, "description": text}}, form),
		"/conformance": get("conformance", c.say("Vad av standarden som följs", "What of the standard is kept"), "application/json", object{"type": "object", "required": []string{"conformsTo"}, "properties": object{"conformsTo": object{"type": "array", "items": text}}}, form),
		"/api":         get("api", c.say("Den här beskrivningen", "This description"), openAPIKind, object{"type": "object"}, form),
		"/collections": get("collections", c.say("Indelningarna", "The divisions"), "application/json", object{"type": "object", "required": []string{"links", "collections"}, "properties": object{"links": links, "collections": object{"type": "array", "items": collection}, "crs": object{"type": "array", "items": text}}}, form),
	}
	page := &ogcPage{Title: c.say("API:ets beskrivning", "The description of the API"), Links: c.links(openAPIKind), Text: []string{
		c.say("Beskrivningen är skriven i OpenAPI 3.0, som program läser. Adresserna:", "The description is written in OpenAPI 3.0, which programs read. The addresses:")}}
	for _, d := range s.divisions {
		id := d.ID.String()
		conditions := []object{
			query("limit", c.say("Högst så många områden", "At most so many areas"), object{"type": "integer", "minimum": 1, "maximum": mostFeatures, "default": usualFeatures}),
			query("offset", c.say("Hoppa över så många", "Skip so many"), object{"type": "integer", "minimum": 0, "default": 0}),
			query("bbox", c.say("Områden som har mark i rutan: minsta hörnet först, axlarna i systemets ordning", "Areas with ground in the box: least corner first, axes in the order of the system"), object{"type": "array", "items": object{"type": "number"}, "minItems": 4, "maxItems": 6}),
			query("bbox-crs", c.say("Rutans koordinatsystem", "Coordinate system of the box"), crs), query("crs", c.say("Svarets koordinatsystem", "Coordinate system of the answer"), crs),
			query("datetime", c.say("Tidpunkt eller intervall. Områden har ingen tid, så alla uppfyller det", "Instant or interval. Areas have no time, so all of them meet it"), text),
			query("code", c.say("Områdets kod", "Code of the area"), text)}
		for _, up := range s.ups(d) {
			conditions = append(conditions, query(up.ID.String(), c.say("Kod för ", "Code of ")+up.ID.Title()+c.say(" som områdena ligger i", " that the areas lie in"), text))
		}
		at := "/collections/" + id
		paths[at] = get("collection-"+id, d.ID.Title(), "application/json", collection, form)
		paths[at+"/schema"] = get("schema-"+id, c.say("Egenskaperna och vad de betyder", "The properties and what they mean"), "application/schema+json", object{"type": "object"}, append([]object{form}, figures...)...)
		paths[at+"/items"] = packed(get("items-"+id, c.say("Områden", "Areas"), "application/geo+json", features, append(conditions, figures...)...))
		paths[at+"/items/{code}"] = get("item-"+id, c.say("Ett område", "An area"), "application/geo+json", feature, append([]object{form,
			{"name": "code", "in": "path", "required": true, "schema": text}, query("crs", c.say("Svarets koordinatsystem", "Coordinate system of the answer"), crs)}, figures...)...)
	}
	for _, at := range []string{"", "/conformance", "/api", "/collections", "/collections/ID", "/collections/ID/schema", "/collections/ID/items", "/collections/ID/items/CODE"} {
		page.Text = append(page.Text, c.base+at)
	}
	m := s.ed.Manifest()
	body, err := json.Marshal(object{"openapi": "3.0.3", "info": object{"title": m.Title.In(c.lang), "version": s.ed.ID(), "description": m.Task.In(c.lang), "license": object{"name": licenceName(m.Terms()), "url": m.Terms()}},
		"servers": []object{{"url": c.base}}, "paths": paths})
	return &ogcAnswer{kind: openAPIKind, body: body, page: page}, err
}
